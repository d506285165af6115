import ArgumentParser
import ClusterCredentials

struct ConfigUseCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "use",
        abstract: "Make a context the current one.",
        discussion: """
            Examples:
              immctl config use imm --to ci.kubeconfig
            """)

    @Argument(help: "Name of the context.")
    var name: String

    @OptionGroup var file: ConfigFileOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let target = try file.file(invocation)
        var config = try target.read()
        do throws(CredentialError) {
            try config.use(context: name)
        } catch {
            throw CommandFailure(.failed, "\(target.path): \(error.message)")
        }
        try target.write(config)
        invocation.console.print("\(target.path): the current context is \(name)")
        return .success
    }
}
