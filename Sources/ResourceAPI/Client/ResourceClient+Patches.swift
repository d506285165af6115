import InfraAPI
public import JSON

// Patches that are worked out here: a read and a replacement.
extension ResourceClient {
    private static var patchAttempts: Int { 10 }

    /// Applies a JSON patch to an object or a subresource.
    ///
    /// - Throws: 422 when an operation cannot be done or a test fails; 409 when the patch says which version it is for,
    ///   and another write came first.
    public func jsonPatch(
        _ reference: ObjectReference, _ patch: JSONPatch, _ subresource: Subresource?, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue {
        try await patched(reference, subresource, options) { current throws(APIStatus) in
            try patch.applied(to: current)
        }
    }

    /// Applies a strategic merge patch to an object or a subresource: what kubectl sends for the kinds that it was
    /// compiled with. Our own kinds have none, as custom resources in Kubernetes.
    public func strategicMergePatch(
        _ reference: ObjectReference, _ patch: StrategicMergePatch, _ subresource: Subresource?,
        _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue {
        let schema = subresource == .scale ? nil : reference.type.schema
        return try await patched(reference, subresource, options) { current throws(APIStatus) in
            try patch.applied(to: current, schema)
        }
    }

    /// Tried again while others write in between, unless the patch itself says which version it is for.
    private func patched(
        _ reference: ObjectReference, _ subresource: Subresource?, _ options: WriteOptions,
        _ transform: (JSONValue) throws(APIStatus) -> JSONValue
    ) async throws(APIStatus) -> JSONValue {
        for attempt in 1...Self.patchAttempts {
            let current = subresource == .scale ? try await scale(of: reference) : try await get(reference)
            let patched = try transform(current)
            guard patched.objectValue != nil else { throw .badRequest("the patch leaves no object") }
            for name in ["apiVersion", "kind"] where patched[name] != current[name] {
                throw .badRequest("a patch cannot change \(name)")
            }
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
