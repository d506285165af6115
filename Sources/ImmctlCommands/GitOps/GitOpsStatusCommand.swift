import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

struct GitOpsStatusCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show which commits the sources of a namespace are at, and what they wait for.",
        discussion: """
            With a name, all of that source: what it follows, its objects, what was rejected, what waits for an approval, and \
            its last syncs.

            Examples:
              immctl gitops status
              immctl gitops status -A
              immctl gitops status fleet
              immctl gitops status fleet -o jsonpath='{.status.lastAppliedCommit}'
            """)

    @Argument(help: "Name of a source, or gitsource/NAME; without one, all of the namespace.")
    var source: String?

    @Flag(name: [.customShort("A"), .long], help: "Sources of all namespaces.")
    var allNamespaces = false

    @OptionGroup var output: ResultOutputOptions
    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var server: ServerOptions

    func validate() throws {
        if source != nil && allNamespaces { throw ValidationError("name a source, or say -A, not both") }
    }

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let rendering = OutputRendering(console: invocation.console)
        let now = invocation.now
        if let source {
            var target = GitSourceTargets()
            (target.sources, target.namespace, target.server) = ([source], namespace, server)
            let reference = try target.references()[0]
            return try await server.withSession(invocation) { session throws(CommandFailure) in
                let found: GitSource = try await session.client.load(reference)
                try rendering.show(found.json.withoutManagedFields, as: output.output) {
                    var text = DescriptionText(now: now)
                    text.describe(found)
                    return text.lines
                }
                return .success
            }
        }
        return try await server.withSession(invocation) { session throws(CommandFailure) in
            let sources = try await GitSources.load(session.client, in: allNamespaces ? nil : namespace.name)
            try rendering.show(.list(sources.map(\.json.withoutManagedFields)), as: output.output) {
                sources.isEmpty
                    ? ["no sources"] : GitSources.table(sources, showsNamespaces: allNamespaces, now: now).lines()
            }
            return .success
        }
    }
}
