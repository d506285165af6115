import ArgumentParser

extension Immctl {
    /// Parses and runs one command line.
    ///
    /// - Parameter arguments: without the program's name.
    /// - Returns: the exit status; everything that is to be said was printed.
    public static func execute(_ arguments: [String], in invocation: Invocation) async -> CommandStatus {
        let console = invocation.console
        if invocation.program == .kubectlCompletion || arguments.first == "__complete" {
            let words = invocation.program == .kubectlCompletion ? arguments : Array(arguments.dropFirst())
            return await DefaultNamespace.$name.withValue(
                DefaultNamespace.find(words, invocation.environment, invocation.program)
            ) {
                console.output(await Completion(invocation: invocation).answer(words).text)
                return .success
            }
        }
        let command: any ParsableCommand
        do {
            command = try parseAsRoot(BooleanArguments.normalized(arguments))
        } catch {
            return finish(error, arguments, console)
        }
        guard let command = command as? any ImmctlCommand else {
            return help(command, arguments, console)
        }
        return await DefaultNamespace.$name.withValue(
            DefaultNamespace.find(arguments, invocation.environment, invocation.program)
        ) {
            do throws(CommandFailure) {
                return try await command.run(in: invocation)
            } catch {
                console.report(error)
                return error.status == .usage ? usageStatus(arguments) : error.status
            }
        }
    }

    /// Help, and groups of commands without a subcommand: what ArgumentParser itself answers.
    private static func help(_ command: any ParsableCommand, _ arguments: [String], _ console: Console) -> CommandStatus
    {
        var command = command
        do {
            try command.run()
            return .success
        } catch {
            return finish(error, arguments, console)
        }
    }

    private static func finish(_ error: any Error, _ arguments: [String], _ console: Console) -> CommandStatus {
        if let failure = error as? CommandFailure {
            console.report(failure)
            return failure.status == .usage ? usageStatus(arguments) : failure.status
        }
        let text = fullMessage(for: error, columns: console.isTerminal ? console.width : 80)
        guard exitCode(for: error) == .success else {
            // ArgumentParser begins its message with "Error: "; every other message of ours begins with "error: ".
            let message = text.hasPrefix("Error: ") ? String(text.dropFirst("Error: ".count)) : text
            console.report(CommandFailure(.usage, message))
            return usageStatus(arguments)
        }
        console.print(console.program.naming(text))
        return .success
    }

    /// 2; but 1 for `plan`, whose 2 says that there are changes.
    private static func usageStatus(_ arguments: [String]) -> CommandStatus {
        arguments.first { !$0.hasPrefix("-") } == PlanCommand.configuration.commandName ? .failed : .usage
    }
}
