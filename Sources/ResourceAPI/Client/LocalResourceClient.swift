public import Ambient
public import InfraAPI
public import JSON
public import ObjectStore

/// The verbs over a store, in process.
///
/// A value that can be copied freely; all state is the store's.
public struct LocalResourceClient: ResourceClient {
    let store: any VersionedStore
    let surroundings: Surroundings
    let admission: Admission
    let types: ServedTypes

    /// - Parameters:
    ///   - admission: what each write must pass.
    ///   - types: the kinds to serve.
    public init(
        store: any VersionedStore, surroundings: Surroundings, admission: Admission = .standard,
        types: [ResourceType] = ResourceTypes.all
    ) {
        self.store = store
        self.surroundings = surroundings
        self.admission = admission
        self.types = ServedTypes(types)
    }

    public func get(_ reference: ObjectReference) async throws(APIStatus) -> JSONValue {
        try await stored(reference).body
    }

    /// The stored object, for those who send its bytes on; throws 404.
    public func stored(_ reference: ObjectReference) async throws(APIStatus) -> StoredObject {
        let served = try types.find(reference.type)
        guard let object = try await find(served.key(reference.namespace, reference.name)) else {
            throw .notFound(reference.type, reference.name)
        }
        return object
    }

    func find(_ key: ObjectKey) async throws(APIStatus) -> StoredObject? {
        do throws(StoreError) {
            return try await store.get(key)
        } catch { throw APIStatus(error) }
    }

    /// What stands there now, as metadata wants it.
    var now: String { surroundings.time.now.rfc3339Seconds }
}
