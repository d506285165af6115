import Ambient
import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

struct GitOpsSyncCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync",
        abstract: "Have sources look at their repositories now.",
        discussion: """
            Without names, all sources of the namespace that are not suspended. With --wait it follows them until the newest \
            commit is applied and its objects are healthy.

            Exit status: 0 asked, or with --wait all ready; 1 one has failed, or the time is up.

            Examples:
              immctl gitops sync
              immctl gitops sync fleet --wait
              immctl gitops sync fleet shop --wait --timeout 5m -o json
            """)

    @OptionGroup var target: GitSourceTargets

    @Flag(help: "Follow until the newest commit is applied and healthy, or has failed.")
    var wait = false

    @Option(help: "How long to wait; 0 is until the end.")
    var timeout = DurationArgument(.seconds(600))

    @OptionGroup var output: ResultOutputOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let named = try target.references()
        let rendering = OutputRendering(console: invocation.console)
        let isText = rendering.isForPeople(output.output)
        return try await target.server.withSession(invocation) { session throws(CommandFailure) in
            let references = try await self.references(named, session)
            guard !references.isEmpty else {
                throw CommandFailure(
                    .failed, "namespace \(target.namespace.name) has no sources that are not suspended")
            }
            let asked = try await ask(references, session, invocation)
            guard wait else { return .success }
            let watch = SyncWatch(
                client: session.client, namespace: target.namespace.name,
                tokens: asked.reduce(into: [:]) { tokens, source in
                    tokens[source.name] = source.metadata.annotations[GitSource.syncAnnotation]
                })
            let limit = timeout.duration == .zero ? nil : timeout.duration
            let last = try await withDeadline(limit, invocation.time) { () throws(CommandFailure) in
                try await GitOpsSyncCommand.follow(watch, isText ? invocation.console : nil)
            }
            guard let last else {
                throw CommandFailure(
                    .failed, "not everything is synced after \(timeout.seconds) s",
                    hints: ["see what it waits for with `immctl gitops status`"])
            }
            if !isText { try rendering.show(["sources": .array(last.map(\.json))], as: output.output) { [] } }
            let isGood = last.allSatisfy { if case .complete = $0.state { true } else { false } }
            return isGood ? .success : .failed
        }
    }

    /// Those that were named, or all that can be asked.
    private func references(
        _ named: [ObjectReference], _ session: Session
    ) async throws(CommandFailure) -> [ObjectReference] {
        guard named.isEmpty else { return named }
        return try await GitSources.load(session.client, in: target.namespace.name).filter { !$0.spec.suspend }.map {
            ObjectReference(GitSource.resourceType, namespace: $0.namespace, name: $0.name)
        }
    }

    /// Harmless requests of people are tokens of annotations; status echoes the one that was obeyed.
    private func ask(
        _ references: [ObjectReference], _ session: Session, _ invocation: Invocation
    ) async throws(CommandFailure) -> [GitSource] {
        for reference in references {
            let source: GitSource = try await session.client.load(reference)
            guard !source.spec.suspend else {
                throw CommandFailure(
                    .failed, "\(reference.qualifiedName) is suspended",
                    hints: ["`immctl gitops resume \(reference.name)` has it go on"])
            }
        }
        let patch: JSONValue = [
            "metadata": ["annotations": [GitSource.syncAnnotation: .string(invocation.now.rfc3339Micro)]]
        ]
        var console = invocation.console
        // What is printed at the end says more.
        if wait, !OutputRendering(console: console).isForPeople(output.output) { console.output = { _ in } }
        return try await GitSourceChange(session: session, console: console).apply(
            patch, to: references, as: output.output
        ) { _ in ("looks at its repository", true) }
    }

    /// Draws bars on a terminal, and prints a line a change into a pipe; nothing without a console.
    private static func follow(
        _ watch: SyncWatch, _ console: Console?
    ) async throws(CommandFailure) -> [SyncProgress] {
        var live = console.map(LiveLines.init)
        var told: Set<String> = []
        return try await watch.follow { all in
            guard let console else { return }
            if console.isTerminal {
                live?.draw(SyncText.bars(all, width: console.width, style: console.outputStyle))
                return
            }
            for line in all.map(SyncText.line) where told.insert(line).inserted { console.print(line) }
        }
    }
}
