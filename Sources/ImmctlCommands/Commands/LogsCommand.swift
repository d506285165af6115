import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

struct LogsCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "logs",
        abstract: "Print what an instance has written to its standard output and error.",
        discussion: """
            A set stands for the newest occupant of one of its slots, of the lowest one without --slot.

            Examples:
              immctl logs instance/web-0-x7k2p
              immctl logs instanceset/web --slot 2 --follow
              immctl logs iset/web --tail 100 --since 10m
            """)

    @Argument(help: "instance/NAME or instanceset/NAME; a bare NAME is an instance.")
    var object: String

    @Option(help: "The slot of the set.")
    var slot: Int?

    @Flag(name: .shortAndLong, help: "Go on with what is written from now on.")
    var follow = false

    @Option(help: "Only the last lines.")
    var tail: Int?

    @Option(help: "Only what is younger than this: 10m, 1h.")
    var since: DurationArgument?

    @Flag(help: "Begin each line with the time of its writing.")
    var timestamps = false

    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var server: ServerOptions

    func validate() throws {
        if let tail, tail < 0 { throw ValidationError("--tail must be 0 or more, not \(tail)") }
    }

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let word = object.contains("/") ? object : "instance/\(object)"
        let reference = try ResourceWords.reference(
            [word], in: namespace.name, kinds: [Instance.resourceType, InstanceSet.resourceType])
        if slot != nil && reference.type != InstanceSet.resourceType {
            throw .usage("--slot needs a set: instanceset/NAME")
        }
        let options = LogRequest(
            follow: follow, tailLines: tail, sinceSeconds: since?.seconds, timestamps: timestamps)
        return try await server.withSession(invocation) { session throws(CommandFailure) in
            let instance =
                reference.type == InstanceSet.resourceType
                ? try await occupant(of: reference, session, invocation.console) : reference
            var text = UTF8Chunks()
            try await request("read the log of \(instance.qualifiedName)") { () throws(APIStatus) in
                let log = try await session.logs(instance, options)
                defer { log.cancel() }
                while let chunk = try await log.next() { invocation.console.output(text.append(chunk)) }
            }
            invocation.console.output(text.finish())
            return .success
        }
    }

    private func occupant(
        of set: ObjectReference, _ session: Session, _ console: Console
    ) async throws(CommandFailure) -> ObjectReference {
        let occupants = try await SetOccupants.load(set, session.client)
        guard !occupants.isEmpty else {
            throw CommandFailure(.failed, "\(set.qualifiedName) has no instances")
        }
        let slots = occupants.map(\.slot)
        let wanted = slot ?? slots[0]
        guard let newest = occupants.last(where: { $0.slot == wanted }) else {
            let all = slots.map(String.init).joined(separator: ", ")
            throw CommandFailure(.failed, "\(set.qualifiedName) has no instance in slot \(wanted); slots: \(all)")
        }
        if slot == nil && slots.contains(where: { $0 != wanted }) {
            console.note("Using slot \(wanted) of \(Set(slots).count); choose another with --slot.")
        }
        return ObjectReference(Instance.resourceType, namespace: set.namespace, name: newest.instance.name)
    }
}
