import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

struct GitOpsDiffCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Show how the stored objects differ from a checkout, or what others set in them.",
        discussion: """
            With --path, the checkout of the repository at DIR is read as the source reads it (its spec.path below DIR), each \
            manifest is tried on the server as the source would apply it (dry run, with your own rights), and what would be \
            pruned is named: what pushing this checkout would change. Where others own a field that it sets, that is said: unless \
            it is drift, which the source undoes, it refuses such a commit. With --path - the manifests come from the standard \
            input, as kubectl kustomize prints them.

            Without --path, what is not as the source left it: objects that are gone, and fields that others set.

            Exit status: 0 no differences, 1 differences, more an error.

            Examples:
              immctl gitops diff fleet
              immctl gitops diff fleet --path ~/fleet
              kubectl kustomize ~/fleet/production | immctl gitops diff fleet --path -
            """)

    @OptionGroup var target: GitSourceTarget

    @Option(
        help: ArgumentHelp("Root of a checkout of the repository, or - for manifests.", valueName: "dir"),
        completion: .directory)
    var path: String?

    @OptionGroup var output: ResultOutputOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        do throws(CommandFailure) {
            return try await compare(invocation)
        } catch {
            // 1 says that there are differences.
            var failure = error
            if failure.status == .failed { failure.status = .trouble }
            throw failure
        }
    }

    private func compare(_ invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let reference = try target.reference()
        let rendering = OutputRendering(console: invocation.console)
        return try await target.server.withSession(invocation) { session throws(CommandFailure) in
            let source: GitSource = try await session.client.load(reference)
            guard let path else {
                let found = try await ForeignFields.load(of: source, session.client)
                try rendering.show(.list(found.map(\.json)), as: output.output) {
                    found.isEmpty ? [] : ForeignFields.table(found, now: invocation.now).lines()
                }
                return found.isEmpty ? .success : .differences
            }
            let checkout = CheckoutDifference(source: source, session: session, invocation: invocation)
            let (changed, pruned) = try await checkout.compare(with: path)
            let style = invocation.console.outputStyle
            try rendering.show(.list(changed.map(\.json) + pruned.map(\.json)), as: output.output) {
                changed.flatMap { $0.lines(style: style) } + pruned.map(\.line)
            }
            return changed.isEmpty && pruned.isEmpty ? .success : .differences
        }
    }
}
