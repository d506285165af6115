import InfraAPI
public import ResourceAPI

extension ResourceCache {
    /// Reads one object directly, and takes it in if it is newer than what is known, or that it is gone: for a write that was
    /// refused because the cache is behind. The watch brings the same later, and nothing older ever.
    ///
    /// - Throws: what the server answered, if not the object or 404.
    public func refresh(_ key: NamespacedName, from client: any ResourceClient) async throws(APIStatus) {
        let known = get(key)
        if let stored = try await client.find(T.self, namespace: key.namespace, name: key.name) {
            absorb(written: stored)
        } else if let known {
            absorb(deleted: known)
        }
    }
}
