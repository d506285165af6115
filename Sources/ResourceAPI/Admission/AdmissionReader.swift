public import InfraAPI
public import JSON
import ObjectStore

/// What checks may read besides the object itself: the store as it stands.
public struct AdmissionReader: Sendable {
    let store: any VersionedStore

    /// nil when there is no such object.
    public func get(_ type: ResourceType, namespace: String = "", name: String) async throws(APIStatus) -> JSONValue? {
        do throws(StoreError) {
            return try await store.get(ObjectKey(resource: type.key, namespace: namespace, name: name))?.body
        } catch { throw APIStatus(error) }
    }

    /// All objects of a kind, in all namespaces.
    public func list(_ type: ResourceType) async throws(APIStatus) -> [JSONValue] {
        do throws(StoreError) {
            return try await store.list(StoreScope(resource: type.key), limit: nil, continuation: nil).objects.map(
                \.body)
        } catch { throw APIStatus(error) }
    }
}
