public import ArgumentParser

/// The command line of imm.
public struct Immctl: ParsableCommand {
    /// The version that `immctl version` prints.
    public static let version = "0.1.0"

    public static let configuration = CommandConfiguration(
        commandName: "immctl",
        abstract: "Keep a fleet equal to its manifests, by replacing instances and never editing them.",
        discussion: """
            immctl finds the server by --server, --socket or --kubeconfig, then IMM_SERVER, IMM_SOCKET or IMM_KUBECONFIG, \
            then the usual socket; never by ~/.kube/config.

            Exit status: 0 done, 1 failed, 2 wrong usage (plan: changes), 3 no server, 4 conflict or stale.

            Examples:
              immctl apply -f web.yaml
              immctl plan -f web.yaml
              immctl rollout status instanceset/web
            """,
        version: "immctl \(version)",
        groupedSubcommands: [
            CommandGroup(
                name: "Change things",
                subcommands: [
                    ApplyCommand.self, DeleteCommand.self, ScaleCommand.self, RolloutCommand.self, PatchCommand.self,
                    LabelCommand.self, AnnotateCommand.self, CreateCommand.self, ReplaceCommand.self, EditCommand.self,
                    VolumeCommand.self, ImageCommand.self, ProviderCommand.self, GitOpsCommand.self,
                ]),
            CommandGroup(
                name: "Look at things",
                subcommands: [
                    GetCommand.self, DescribeCommand.self, DiffCommand.self, PlanCommand.self, WhyCommand.self,
                    EventsCommand.self, LogsCommand.self, ExecCommand.self, WaitCommand.self,
                ]),
            CommandGroup(
                name: "About immctl and the server",
                subcommands: [
                    VersionCommand.self, ExplainCommand.self, APIResourcesCommand.self, APIVersionsCommand.self,
                    ClusterInfoCommand.self, AuthCommand.self, TokenCommand.self, CertificateCommand.self,
                    ConfigCommand.self, CompletionCommand.self,
                ]),
        ])

    public init() {}
}
