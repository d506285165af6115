import Ambient
import InfraAPI
public import JSON
import ObjectStore

/// What an update turns a live object into.
struct ProposedChange: Sendable {
    var object: JSONValue
    var tracking: WriteTracking
}

extension LocalResourceClient {
    /// How often a write that named no version is tried again when another one came first.
    private static let writeAttempts = 10

    public func update(
        _ object: JSONValue, _ subresource: Subresource?, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue {
        if subresource == .scale { return try await updateScale(object, options) }
        let served = try types.find(of: object)
        try checkManager(options)
        let reference = ObjectReference(
            served.type, namespace: object.metadataText("namespace"), name: object.metadataText("name"))
        let owner = ownership(served, .update, subresource, options)
        let proposed = subresource == nil ? object.managedFields : nil
        return try await change(reference, served, subresource, options, expecting: Expectation(object)) { _ in
            ProposedChange(object: object, tracking: .update(owner, proposed: proposed))
        }
    }

    public func mergePatch(
        _ reference: ObjectReference, _ patch: JSONValue, _ subresource: Subresource?, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue {
        guard patch.objectValue != nil else {
            throw .badRequest("a merge patch must be a JSON object")
        }
        if subresource == .scale { return try await patchScale(reference, patch, options) }
        let served = try types.find(reference.type)
        try checkManager(options)
        let owner = ownership(served, .update, subresource, options)
        let patchesManagers = subresource == nil && patch["metadata"]?["managedFields"] != nil
        return try await change(reference, served, subresource, options, expecting: Expectation(patch)) {
            live throws(APIStatus) in
            let patched = live.mergePatched(with: patch)
            try LocalResourceClient.checkIdentity(patched, over: live, served.type)
            let proposed = patchesManagers ? patched.managedFields ?? [] : nil
            return ProposedChange(object: patched, tracking: .update(owner, proposed: proposed))
        }
    }

    private static func checkIdentity(
        _ patched: JSONValue, over live: JSONValue, _ type: ResourceType
    ) throws(APIStatus) {
        for name in ["name", "namespace", "uid"] where patched.metadataText(name) != live.metadataText(name) {
            let error = FieldError(
                FieldPath([.field("metadata"), .field(name)]), .invalid,
                "Invalid value: \"\(patched.metadataText(name))\": field is immutable")
            throw .invalid(type, live.metadataText("name"), [error])
        }
        for name in ["apiVersion", "kind"] where patched[name] != live[name] {
            throw .badRequest("a patch cannot change \(name)")
        }
    }

    /// Reads, changes and writes an object, again and again while others write in between, unless a version is expected.
    func change(
        _ reference: ObjectReference, _ served: ServedType, _ subresource: Subresource?, _ options: WriteOptions,
        expecting expectation: Expectation, _ propose: (JSONValue) throws(APIStatus) -> ProposedChange
    ) async throws(APIStatus) -> JSONValue {
        let key = served.key(reference.namespace, reference.name)
        for _ in 0..<LocalResourceClient.writeAttempts {
            guard let live = try await find(key) else { throw .notFound(served.type, key.name) }
            try expectation.check(live.body, served.type)
            let change = try propose(live.body)
            if let result = try await replace(live, served, subresource, change, options) { return result }
            if expectation.version != nil { break }
        }
        throw .modified(served.type, key.name)
    }

    /// Writes a changed object; nil when another write came first.
    func replace(
        _ stored: StoredObject, _ served: ServedType, _ subresource: Subresource?, _ change: ProposedChange,
        _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue? {
        let live = stored.body
        let reader = AdmissionReader(store: store)
        var request = AdmissionRequest(
            operation: .update, type: served.type, subresource: subresource,
            fieldValidation: options.fieldValidation, report: options.report, user: options.user, old: live,
            object: ObjectRules.carriedOver(change.object, over: live, subresource, served))
        try await admission.complete(&request, reader)
        if !request.writesStatus { ObjectRules.countGeneration(&request.object, over: live) }
        if request.object != live {
            try ObjectRules.checkFinalizers(request.object, over: live, served.type)
            try await admission.judge(request, reader)
        }
        let object = request.object.withManagedFields(try change.tracking.entries(from: live, to: request.object))
        if object == live || (request.object == live && object.hasSameManagers(as: live)) { return live }
        let isLast = live.isBeingDeleted && object.finalizers.isEmpty
        if options.dryRun { return object }
        let mutation = StoreMutation(stored.key, isLast ? .delete : .put(object), if: .version(stored.version))
        guard let result = try await commit(mutation, in: options.term) else { return nil }
        return isLast ? object.restated(at: result.version) : result.body
    }

    /// Commits one mutation; nil when its precondition did not hold.
    func commit(_ mutation: StoreMutation, in term: LeaderTerm?) async throws(APIStatus) -> StoredObject? {
        do throws(StoreError) {
            return try await store.commit([mutation], given: term.conditions)[0]
        } catch {
            if case .conflict = error.code { return nil }
            throw APIStatus(error)
        }
    }
}

/// What a write says the object is now.
struct Expectation: Sendable {
    let version: String?
    let uid: String?

    /// From the metadata of a body.
    init(_ body: JSONValue) {
        self.init(version: body.metadataText("resourceVersion"), uid: body.metadataText("uid"))
    }

    init(version: String?, uid: String?) {
        self.version = version.flatMap { $0.isEmpty ? nil : $0 }
        self.uid = uid.flatMap { $0.isEmpty ? nil : $0 }
    }

    func check(_ live: JSONValue, _ type: ResourceType) throws(APIStatus) {
        let name = live.metadataText("name")
        if let uid, uid != live.metadataText("uid") {
            throw .conflict(
                type, name,
                "Precondition failed: UID in precondition: \(uid), UID in object meta: \(live.metadataText("uid"))")
        }
        if let version, version != live.metadataText("resourceVersion") { throw .modified(type, name) }
    }
}

extension JSONValue {
    func restated(at version: StoreVersion) -> JSONValue {
        var object = self
        object[path: ["metadata", "resourceVersion"]] = .string(version.description)
        return object
    }
}
