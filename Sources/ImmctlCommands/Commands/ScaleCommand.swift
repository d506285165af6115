import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

struct ScaleCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "scale",
        abstract: "Set the number of slots of a set.",
        discussion: """
            Scaling down removes the highest slots; their volumes become orphaned and come back with the slot.

            Examples:
              immctl scale instanceset/web --replicas 5
              immctl scale iset web db --replicas 0
              immctl scale iset/web --current-replicas 3 --replicas 5
            """)

    @Argument(help: "KIND NAME…, or KIND/NAME…")
    var objects: [String]

    @Option(help: "The new number of slots.")
    var replicas: Int

    @Option(help: "Refuse (exit status 4) when the number is not this one now.")
    var currentReplicas: Int?

    @OptionGroup var output: ChangeOutputOptions
    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var server: ServerOptions

    func validate() throws {
        guard replicas >= 0 else { throw ValidationError("--replicas must be 0 or more, not \(replicas)") }
    }

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let references = try ResourceWords.references(objects, in: namespace.name)
        for reference in references where reference.type.subresources.scale == nil {
            throw .usage("\(reference.qualifiedName): \(reference.type.plural) cannot be scaled")
        }
        return try await server.withSession(invocation) { session throws(CommandFailure) in
            try await ChangeLoop(console: invocation.console, output: output.output).run(references) {
                reference throws(CommandFailure) in
                ObjectChange(reference, .scaled, try await scale(reference, session), .none)
            }
        }
    }

    private func scale(_ reference: ObjectReference, _ session: Session) async throws(CommandFailure) -> JSONValue {
        var patch: JSONValue = ["spec": ["replicas": .int(Int64(replicas))]]
        if let currentReplicas {
            let stored = try await request("get \(reference.qualifiedName)") { () throws(APIStatus) in
                try await session.client.get(reference)
            }
            let now = stored[path: ["spec", "replicas"]]?.intValue ?? 1
            guard now == Int64(currentReplicas) else {
                throw CommandFailure(
                    .conflict, "\(reference.qualifiedName) has \(now) replicas now, and not \(currentReplicas)")
            }
            patch["metadata"] = ["resourceVersion": .string(stored.resourceVersion)]
        }
        return try await request("scale \(reference.qualifiedName)") { () throws(APIStatus) in
            try await session.client.mergePatch(
                reference, patch, .scale, WriteOptions(fieldManager: Session.fieldManager))
        }
    }
}

extension JSONValue {
    /// One result by itself, several as a list.
    static func results(_ values: [JSONValue]) -> JSONValue { values.count == 1 ? values[0] : .list(values) }
}
