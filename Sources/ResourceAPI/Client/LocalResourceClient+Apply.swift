import Ambient
import InfraAPI
public import JSON
import ObjectStore

extension LocalResourceClient {
    private static let applyAttempts = 10

    public func apply(_ object: JSONValue, _ options: WriteOptions) async throws(APIStatus) -> JSONValue {
        try await apply(object, nil, options)
    }

    /// Server-side apply to an object or to a subresource. An object that is missing is made (not through a subresource).
    public func apply(
        _ object: JSONValue, _ subresource: Subresource?, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue {
        if subresource == .scale { return try await applyScale(object, options) }
        let served = try types.find(of: object)
        return try await apply(try configuration(object, served, subresource, options), served, subresource, options)
    }

    /// - Parameter configuration: checked, and of the object itself whatever the subresource.
    func apply(
        _ configuration: JSONValue, _ served: ServedType, _ subresource: Subresource?, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue {
        let owner = ownership(served, .apply, subresource, options)
        let key = served.key(configuration.metadataText("namespace"), configuration.metadataText("name"))
        let expectation = Expectation(configuration)
        for _ in 0..<LocalResourceClient.applyAttempts {
            let stored = try await find(key)
            guard let stored else {
                if subresource != nil { throw .notFound(served.type, key.name) }
                guard expectation.version == nil, expectation.uid == nil else {
                    throw .conflict(
                        served.type, key.name,
                        "the configuration names a version or uid, and no existing object was found")
                }
                do throws(APIStatus) {
                    return try await insertApplied(configuration, served, owner, options)
                } catch {
                    guard error.isAlreadyExists, !options.dryRun else { throw error }
                    continue
                }
            }
            let live = stored.body
            try expectation.check(live, served.type)
            if subresource == nil { try TerminatingSets.check(live, served.type) }
            let change = try merge(configuration, over: live, owner, options)
            if let result = try await replace(stored, served, subresource, change, options) { return result }
            if expectation.version != nil { break }
        }
        throw .modified(served.type, key.name)
    }

    private func insertApplied(
        _ configuration: JSONValue, _ served: ServedType, _ owner: FieldOwnership, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue {
        let change = try merge(configuration, over: nil, owner, options)
        return try await insert(change.object, served, change.tracking, options)
    }

    private func merge(
        _ configuration: JSONValue, over live: JSONValue?, _ owner: FieldOwnership, _ options: WriteOptions
    ) throws(APIStatus) -> ProposedChange {
        let managers = live?.managedFields.flatMap { FieldManagers(json: $0, isOurs: true) } ?? FieldManagers()
        do throws(ApplyError) {
            let (object, managers) = try owner.applied(configuration, over: live, managers, force: options.force)
            return ProposedChange(object: object, tracking: .decided(managers))
        } catch { throw error.status }
    }

    /// The applied object as far as it is merged: checked for what cannot be merged, without nulls and without the part
    /// that this request does not write.
    private func configuration(
        _ object: JSONValue, _ served: ServedType, _ subresource: Subresource?, _ options: WriteOptions
    ) throws(APIStatus) -> JSONValue {
        let (type, name) = (served.type, object.metadataText("name"))
        try checkApplied(object, type, options)
        var configuration = object.withoutNulls
        if options.fieldValidation != .strict {
            if options.fieldValidation == .warn { options.report?.warn(UnknownFields.warnings(configuration, type)) }
            configuration = type.schema.pruned(configuration)
        }
        if type == Secret.resourceType { configuration = Secret.mergingStringData(configuration) }
        if subresource == nil, served.hasStatus { configuration["status"] = nil }
        let problems = type.schema.validate(configuration)
        try UnknownFields.refuse(problems, type)
        // What is required may stand in the live object; what has the wrong shape cannot be merged.
        let errors = problems.filter { $0.reason == .typeInvalid || $0.reason == .duplicate }
        guard errors.isEmpty else { throw .invalid(type, name, errors) }
        return configuration
    }

    /// What every applied object must say, and must not.
    func checkApplied(_ object: JSONValue, _ type: ResourceType, _ options: WriteOptions) throws(APIStatus) {
        guard let manager = options.fieldManager, !manager.isEmpty else {
            throw APIStatus(
                code: 422, reason: .invalid,
                message:
                    "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch",
                causes: [
                    APIStatus.Cause(
                        reason: FieldError.Reason.required.rawValue,
                        message: "Required value: is required for apply patch", field: "fieldManager")
                ])
        }
        try checkManager(options)
        guard !object.metadataText("name").isEmpty else {
            throw .badRequest("metadata.name is required for apply")
        }
        if type.namespaced, object.metadataText("namespace").isEmpty {
            throw .badRequest("metadata.namespace is required for apply of a namespaced object")
        }
        if let managed = object["metadata"]?["managedFields"], !managed.isNull {
            throw .badRequest("metadata.managedFields must be nil")
        }
    }
}

extension JSONValue {
    /// Without members that are null: in an applied configuration they say nothing.
    fileprivate var withoutNulls: JSONValue {
        switch self {
        case .object(let members):
            .object(JSONObject(members.filter { !$0.value.isNull }.map { ($0.key, $0.value.withoutNulls) }))
        case .array(let items): .array(items.map(\.withoutNulls))
        default: self
        }
    }
}
