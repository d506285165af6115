import Ambient
import InfraAPI
public import JSON
import ObjectStore

extension LocalResourceClient {
    /// How often a name is generated anew when it is taken.
    private static let nameAttempts = 8
    /// The longest prefix of a generated name: the whole is a DNS label.
    private static let maximumNamePrefix = 58

    public func create(_ object: JSONValue, _ options: WriteOptions) async throws(APIStatus) -> JSONValue {
        let served = try types.find(of: object)
        try checkManager(options)
        guard object.metadataText("resourceVersion").isEmpty else {
            throw .badRequest("resourceVersion should not be set on objects to be created")
        }
        let tracking = WriteTracking.update(
            ownership(served, .update, nil, options), proposed: object.managedFields)
        let prefix = object.metadataText("generateName")
        guard object.metadataText("name").isEmpty, !prefix.isEmpty else {
            return try await insert(object, served, tracking, options)
        }
        var attempts = 0
        while true {
            var named = object
            named[path: ["metadata", "name"]] = .string(generatedName(prefix))
            attempts += 1
            do throws(APIStatus) {
                return try await insert(named, served, tracking, options)
            } catch {
                guard error.isAlreadyExists else { throw error }
                guard attempts < LocalResourceClient.nameAttempts else {
                    var error = error
                    error.message += ", the server was not able to generate a unique name for the object"
                    throw error
                }
            }
        }
    }

    private func generatedName(_ prefix: String) -> String {
        prefix.prefix(LocalResourceClient.maximumNamePrefix) + surroundings.randomness.nameSuffix()
    }

    /// Stores a new object with the server's metadata; 409 when it exists.
    func insert(
        _ proposed: JSONValue, _ served: ServedType, _ tracking: WriteTracking, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue {
        let type = served.type
        let reader = AdmissionReader(store: store)
        var request = AdmissionRequest(
            operation: .create, type: type, subresource: nil, fieldValidation: options.fieldValidation,
            report: options.report, user: options.user, old: nil, object: ObjectRules.fresh(proposed, served))
        if type.namespaced, request.namespace.isEmpty {
            throw .badRequest("an empty namespace may not be set during creation")
        }
        try await admission.complete(&request, reader)
        request.object = stamped(request.object.withManagedFields(nil))
        try await admission.judge(request, reader)
        let entries = try tracking.entries(from: nil, to: request.object)
        let object = request.object.withManagedFields(entries)
        let key = served.key(request.namespace, request.name)
        if options.dryRun {
            if try await find(key) != nil { throw .alreadyExists(type, key.name) }
            options.report?.noteCreated()
            return object
        }
        do throws(StoreError) {
            let stored = try await store.commit(
                [StoreMutation(key, .put(object), if: .absent)], given: options.term.conditions)[0].body
            options.report?.noteCreated()
            return stored
        } catch {
            if case .conflict = error.code { throw .alreadyExists(type, key.name) }
            throw APIStatus(error)
        }
    }

    private func stamped(_ object: JSONValue) -> JSONValue {
        var metadata = object["metadata"] ?? .object(JSONObject())
        metadata["uid"] = .string(surroundings.randomness.uuid())
        metadata["creationTimestamp"] = .string(now)
        metadata["generation"] = 1
        var object = object
        object["metadata"] = metadata
        return object
    }
}
