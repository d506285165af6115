import InfraAPI
public import JSON

extension ResourceClient {
    private static var patchAttempts: Int { 10 }

    /// Applies a JSON patch to an object or a subresource: a read and a replacement, tried again while others write in
    /// between, unless the patch itself says which version it is for.
    public func jsonPatch(
        _ reference: ObjectReference, _ patch: JSONPatch, _ subresource: Subresource?, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue {
        for attempt in 1...Self.patchAttempts {
            let current = subresource == .scale ? try await scale(of: reference) : try await get(reference)
            let patched = try patch.applied(to: current)
            for name in ["name", "namespace"] where patched.metadataText(name) != current.metadataText(name) {
                throw .badRequest("a patch cannot change metadata.\(name)")
            }
            do throws(APIStatus) {
                return try await update(patched, subresource, options)
            } catch {
                let namesVersion =
                    patched.metadataText("resourceVersion") != current.metadataText("resourceVersion")
                guard error.isConflict, !namesVersion, attempt < Self.patchAttempts else { throw error }
            }
        }
        throw .modified(reference.type, reference.name)
    }
}
