import ArgumentParser

/// Groups the commands about kubeconfig files.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Write the kubeconfig by which immctl and kubectl find the server.",
        discussion: """
            The file is that of --to, or IMM_KUBECONFIG; never ~/.kube/config unless it is named. It is written with mode \
            0600, and entries that imm did not write are left alone.

            Examples:
              immctl config add --from /var/lib/imm/admin.kubeconfig --to ~/.kube/config
              immctl token create ci | immctl config add --from admin.kubeconfig --token-file - --to ci.kubeconfig
              immctl config use imm --to ~/.kube/config
            """,
        subcommands: [ConfigAddCommand.self, ConfigUseCommand.self])
}

/// Which file is written.
struct ConfigFileOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The file to write [IMM_KUBECONFIG]", valueName: "path"), completion: .file())
    var to: String?

    func file(_ invocation: Invocation) throws(CommandFailure) -> KubeconfigFile {
        guard let path = to ?? invocation.environment.nonEmpty("IMM_KUBECONFIG") else {
            throw .usage("no file to write: name it with --to, or IMM_KUBECONFIG")
        }
        return KubeconfigFile(path: path)
    }
}
