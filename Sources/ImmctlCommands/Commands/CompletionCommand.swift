import ArgumentParser

struct CompletionCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "completion",
        abstract: "Print the completion script of a shell.",
        discussion: """
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
        let completionShell: CompletionShell =
            switch shell {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        invocation.console.print(Immctl.completionScript(for: completionShell))
        return .success
    }
}
