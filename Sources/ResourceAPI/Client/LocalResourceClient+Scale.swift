import Ambient
import InfraAPI
public import JSON
import ObjectStore

extension ResourceClient {
    /// The scale subresource of an object; 404 when its kind has none.
    public func scale(of reference: ObjectReference) async throws(APIStatus) -> JSONValue {
        let object = try await get(reference)
        guard let scale = ScaleObject.json(of: object, reference.type) else {
            throw .notFound(reference.type, "\(reference.name)/scale")
        }
        return scale
    }
}

extension LocalResourceClient {
    /// Replaces the scale subresource of the kind that has one.
    func updateScale(_ scale: JSONValue, _ options: WriteOptions) async throws(APIStatus) -> JSONValue {
        guard let served = types.scalable else { throw .badRequest("no kind here has a scale subresource") }
        let reference = ObjectReference(
            served.type, namespace: scale.metadataText("namespace"), name: scale.metadataText("name"))
        return try await updateScale(reference, scale, options)
    }

    /// Replaces the scale subresource of an object.
    public func updateScale(
        _ reference: ObjectReference, _ scale: JSONValue, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue {
        try await changeScale(reference, options, expecting: Expectation(scale)) { _ in scale }
    }

    func patchScale(
        _ reference: ObjectReference, _ patch: JSONValue, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue {
        try await changeScale(reference, options, expecting: Expectation(patch)) { $0.mergePatched(with: patch) }
    }

    /// Server-side apply of a Scale: its manager owns `spec.replicas` of the object then, through the subresource.
    func applyScale(_ scale: JSONValue, _ options: WriteOptions) async throws(APIStatus) -> JSONValue {
        guard let served = types.scalable, let path = served.type.subresources.scale?.specReplicasPath else {
            throw .badRequest("no kind here has a scale subresource")
        }
        try checkApplied(scale, served.type, options)
        guard let replicas = scale["spec"]?["replicas"]?.intValue else {
            throw LocalResourceClient.replicasMissing(scale.metadataText("name"))
        }
        var metadata = JSONObject()
        for name in ["name", "namespace", "uid", "resourceVersion"] { metadata[name] = scale["metadata"]?[name] }
        var configuration: JSONValue = [
            "apiVersion": .string(served.type.apiVersion), "kind": .string(served.type.kind),
            "metadata": .object(metadata),
        ]
        configuration[path: path.names] = .int(replicas)
        let result = try await apply(configuration, served, .scale, options)
        return ScaleObject.json(of: result, served.type) ?? result
    }

    private static func replicasMissing(_ name: String) -> APIStatus {
        APIStatus(
            code: 422, reason: .invalid,
            message: "Scale.autoscaling \"\(name)\" is invalid: spec.replicas: Required value",
            group: "autoscaling", kind: ScaleObject.kind, name: name)
    }

    private func changeScale(
        _ reference: ObjectReference, _ options: WriteOptions, expecting expectation: Expectation,
        _ transform: (JSONValue) -> JSONValue
    ) async throws(APIStatus) -> JSONValue {
        let served = try types.find(reference.type)
        try checkManager(options)
        let owner = ownership(served, .update, .scale, options)
        let result = try await change(reference, served, .scale, options, expecting: expectation) {
            live throws(APIStatus) in
            guard let path = served.type.subresources.scale?.specReplicasPath,
                let scale = ScaleObject.json(of: live, served.type)
            else { throw .notFound(served.type, "\(reference.name)/scale") }
            let wanted = transform(scale)
            guard let replicas = wanted["spec"]?["replicas"]?.intValue else {
                throw LocalResourceClient.replicasMissing(reference.name)
            }
            var object = live
            object[path: path.names] = .int(replicas)
            return ProposedChange(object: object, tracking: .update(owner, proposed: nil))
        }
        return ScaleObject.json(of: result, served.type) ?? result
    }
}

extension ObjectPath {
    /// The field names of the path.
    fileprivate var names: [String] {
        elements.compactMap { if case .field(let name) = $0 { name } else { nil } }
    }
}
