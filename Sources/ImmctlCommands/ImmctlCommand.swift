import ArgumentParser

/// A subcommand that does something: parsed by ArgumentParser, run with what it needs passed in.
protocol ImmctlCommand: ParsableCommand {
    /// - Returns: how the process ends; failures that were printed already are a status too.
    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus
}

extension ImmctlCommand {
    /// Reached only when somebody calls ArgumentParser's own `main`, which immctl does not.
    func run() throws {
        throw CommandFailure.usage("\(Self._commandName) has to be started by Immctl.execute")
    }
}
