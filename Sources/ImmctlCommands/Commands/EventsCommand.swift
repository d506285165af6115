import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

struct EventsCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "events",
        abstract: "List events, the oldest first.",
        discussion: """
            Examples:
              immctl events
              immctl events --for instanceset/web
              immctl events --types Warning -A
              immctl events --for iset/web --watch
            """)

    @Option(name: .customLong("for"), help: "Only events about this object: KIND/NAME.")
    var object: String?

    @Option(help: "Only events of these types: Normal,Warning.")
    var types: String?

    @Flag(name: [.customShort("A"), .long], help: "Events of all namespaces.")
    var allNamespaces = false

    @Flag(name: .shortAndLong, help: "After listing, go on with new events until interrupted.")
    var watch = false

    @OptionGroup var output: ResultOutputOptions
    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var server: ServerOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let reference = try object.map { word throws(CommandFailure) in
            try ResourceWords.reference([word], in: namespace.name)
        }
        let query = EventQuery(
            reference: reference, namespace: allNamespaces ? nil : namespace.name,
            types: types?.split(separator: ",").map(String.init) ?? [])
        return try await server.withSession(invocation) { session throws(CommandFailure) in
            let rendering = OutputRendering(console: invocation.console)
            if watch {
                try await query.follow(session.client) { event throws(CommandFailure) in
                    try rendering.show(event, as: output.output) {
                        let line = EventTable.lines([event], now: invocation.now, showsNamespaces: allNamespaces)
                        return Array(line.dropFirst())
                    }
                }
                return .success
            }
            let events = try await query.events(session.client)
            try rendering.show(JSONValue.list(events), as: output.output) {
                EventTable.lines(events, now: invocation.now, showsNamespaces: allNamespaces)
            }
            if events.isEmpty && rendering.isForPeople(output.output) { invocation.console.note("No events found.") }
            return .success
        }
    }
}
