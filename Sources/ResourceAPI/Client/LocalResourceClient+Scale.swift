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
                throw APIStatus(
                    code: 422, reason: .invalid,
                    message: "Scale.autoscaling \"\(reference.name)\" is invalid: spec.replicas: Required value",
                    group: "autoscaling", kind: ScaleObject.kind, name: reference.name)
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
