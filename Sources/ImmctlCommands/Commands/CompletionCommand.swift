import ArgumentParser

struct CompletionCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion",
        abstract: "Print the completion script of a shell.",
        discussion: """
            Commands, options and kinds, and from the server the names of objects and namespaces.

            Examples:
              immctl completion bash > ~/.local/share/bash-completion/completions/immctl
              immctl completion zsh > ~/.zfunc/_immctl
              immctl completion fish > ~/.config/fish/completions/immctl.fish
            """)

    enum Shell: String, ExpressibleByArgument, CaseIterable {
        case bash, zsh, fish
    }

    @Argument(help: "bash, zsh or fish.")
    var shell: Shell

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let script: String =
            switch shell {
            case .bash: CompletionScripts.bash
            case .zsh: CompletionScripts.zsh
            case .fish: CompletionScripts.fish
            }
        invocation.console.print(script)
        return .success
    }
}
