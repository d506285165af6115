import InfraAPI
import JSON
import ResourceAPI

/// Makes objects that must not exist yet.
struct Creation {
    let dryRun: DryRun
    let server: ServerOptions
    let output: ChangeFormat

    /// The documents of a manifest; goes on where one fails.
    func run(_ documents: [ApplyDocument], _ invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let loop = ChangeLoop(console: invocation.console, output: output)
        if dryRun == .client {
            return try await loop.run(documents) { document throws(CommandFailure) in
                ObjectChange(document.reference, .created, document.object, .client)
            }
        }
        return try await server.withSession(invocation) { session throws(CommandFailure) in
            try await loop.run(documents) { document throws(CommandFailure) in
                do throws(APIStatus) {
                    return try await create(document.object, document.reference.type, session)
                } catch { throw document.failure(error, while: "create") }
            }
        }
    }

    /// One object that the command line describes.
    func run(
        _ object: JSONValue, _ type: ResourceType, _ invocation: Invocation
    ) async throws(CommandFailure) -> CommandStatus {
        let loop = ChangeLoop(console: invocation.console, output: output)
        let reference = ObjectReference(type, namespace: object.namespace, name: object.name)
        let errors = type.validate(type.defaulted(object))
        guard errors.isEmpty else {
            throw CommandFailure(
                .failed, errors.map { "\(reference.qualifiedName): \($0)" }.joined(separator: "\n"))
        }
        if dryRun == .client {
            return try await loop.run([object]) { object throws(CommandFailure) in
                ObjectChange(reference, .created, object, .client)
            }
        }
        return try await server.withSession(invocation) { session throws(CommandFailure) in
            try await loop.run([object]) { object throws(CommandFailure) in
                try await request("create \(reference.qualifiedName)") { () throws(APIStatus) in
                    try await create(object, type, session)
                }
            }
        }
    }

    private func create(
        _ object: JSONValue, _ type: ResourceType, _ session: Session
    ) async throws(APIStatus) -> ObjectChange {
        let options = WriteOptions(fieldManager: Session.fieldManager, dryRun: dryRun == .server)
        let created = try await session.client.create(object, options)
        // The server may have made up the name.
        let reference = ObjectReference(type, namespace: created.namespace, name: created.name)
        return ObjectChange(reference, .created, created, dryRun)
    }
}
