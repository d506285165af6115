import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

/// Groups the commands about providers.
struct ProviderCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "provider",
        abstract: "Decide what only a person can about a back end; for administrators.",
        discussion: """
            Examples:
              immctl provider adopt docker
              immctl provider destroy docker 3f8a52c1d9e0
            """,
        subcommands: [ProviderAdoptCommand.self, ProviderDestroyCommand.self])
}

/// The provider that a command is about.
struct ProviderTarget: ParsableArguments {
    @Argument(help: "Name of the provider, or provider/NAME.")
    var provider: String

    @Option(help: "How long to wait until it is done.")
    var timeout = DurationArgument(.seconds(60))

    @OptionGroup var server: ServerOptions

    func reference() throws(CommandFailure) -> ObjectReference {
        let word = provider.contains("/") ? provider : "provider/\(provider)"
        return try ResourceWords.reference([word], in: "", kinds: [ProviderObject.resourceType])
    }
}

/// A request that a person makes of a Provider: an annotation that its status answers.
struct ProviderRequest: Sendable {
    let session: Session
    let reference: ObjectReference

    func load() async throws(CommandFailure) -> ProviderObject {
        try decode(
            await request("get \(reference.qualifiedName)") { () throws(APIStatus) in
                try await session.client.get(reference)
            })
    }

    /// Writes the annotation if nobody changed the object since it was looked at.
    func annotate(_ provider: ProviderObject, _ name: String, _ value: String) async throws(CommandFailure) {
        let patch: JSONValue = [
            "metadata": [
                "uid": .string(provider.uid), "resourceVersion": .string(provider.metadata.resourceVersion),
                "annotations": .object(JSONObject([(name, .string(value))])),
            ]
        ]
        _ = try await request("annotate \(reference.qualifiedName)") { () throws(APIStatus) in
            try await session.client.mergePatch(
                reference, patch, nil, WriteOptions(fieldManager: Session.fieldManager))
        }
    }

    /// Follows the Provider until it is as wanted.
    ///
    /// - Returns: nil when the time was over first.
    func wait(
        _ timeout: Duration, _ invocation: Invocation, until isDone: @escaping @Sendable (ProviderObject) -> Bool
    ) async throws(CommandFailure) -> ProviderObject? {
        let (client, reference) = (session.client, reference)
        let found = try await withDeadline(timeout, invocation.time) {
            () async throws(CommandFailure) -> ProviderObject? in
            try await request("follow \(reference.qualifiedName)") { () throws(APIStatus) in
                try await ProviderRequest.first(client, reference, isDone)
            }
        }
        return found ?? nil
    }

    private static func first(
        _ client: any ResourceClient, _ reference: ObjectReference, _ isDone: (ProviderObject) -> Bool
    ) async throws(APIStatus) -> ProviderObject? {
        var found: ProviderObject?
        try await ObjectFollower(client, reference).follow { (news) throws(APIStatus) in
            let objects: [JSONValue]
            switch news {
            case .all(let all): objects = all
            case .added(let object), .modified(let object): objects = [object]
            case .deleted: return false
            }
            found = objects.compactMap { try? ProviderObject(json: $0) }.first(where: isDone)
            return found == nil
        }
        return found
    }

    private func decode(_ json: JSONValue) throws(CommandFailure) -> ProviderObject {
        do throws(FieldError) {
            return try ProviderObject(json: json)
        } catch {
            throw CommandFailure(.failed, "\(reference.qualifiedName) cannot be read: \(error)")
        }
    }
}
