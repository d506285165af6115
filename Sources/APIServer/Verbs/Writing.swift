import Ambient
import Hummingbird
import InfraAPI
import JSON
import RequestSyntax
import ResourceAPI

// create, update and patch.
extension APIResponder {
    func create(_ request: ResourceRequest) async throws(APIStatus) -> Response {
        let rendering = try Rendering(request, now: surroundings.time.now)
        let options = try WriteOptions(request, kind: "CreateOptions")
        let object = try RequestObject(request).checked(try await request.object(limits))
        return .json(rendering.object(try await client.create(object, options)), code: 201)
    }

    func update(_ request: ResourceRequest, _ subresource: Subresource?) async throws(APIStatus) -> Response {
        let rendering = try Rendering(request, now: surroundings.time.now)
        let options = try WriteOptions(request, kind: "UpdateOptions")
        let object = try RequestObject(request, subresource).checked(try await request.object(limits))
        let result = try await client.update(object, subresource, options)
        return .json(subresource == .scale ? result : rendering.object(result))
    }

    func patch(_ request: ResourceRequest, _ subresource: Subresource?) async throws(APIStatus) -> Response {
        let rendering = try Rendering(request, now: surroundings.time.now)
        var options = try WriteOptions(request, kind: "PatchOptions")
        let reference = try request.reference()
        let type = try PatchType(mediaType: request.http.bodyMediaType, request.type, subresource)
        let result: JSONValue
        switch type {
        case .merge:
            let patch = try await request.http.json(limits)
            result = try await client.mergePatch(reference, patch, subresource, options)
        case .json:
            let patch = try JSONPatch(json: await request.http.json(limits))
            result = try await client.jsonPatch(reference, patch, subresource, options)
        case .strategic:
            let patch = try StrategicMergePatch(json: await request.http.json(limits))
            result = try await client.strategicMergePatch(reference, patch, subresource, options)
        case .apply:
            // Who owns what cannot be guessed from the program's name.
            options.fieldManager = request.query.nonEmpty("fieldManager")
            let object = try RequestObject(request, subresource).checked(try await request.http.appliedObject(limits))
            result = try await client.apply(object, subresource, options)
        }
        let isNew = type == .apply && request.report.hasCreated
        return .json(subresource == .scale ? result : rendering.object(result), code: isNew ? 201 : 200)
    }
}

/// The object in the body of a write: of the kind and at the place that the path says.
struct RequestObject {
    private let request: ResourceRequest
    private let apiVersion: String
    private let kind: String

    init(_ request: ResourceRequest, _ subresource: Subresource? = nil) {
        self.request = request
        apiVersion = subresource == .scale ? ScaleObject.apiVersion : request.type.apiVersion
        kind = subresource == .scale ? ScaleObject.kind : request.type.kind
    }

    /// `body` with what it may leave out (kind, name, namespace) taken from the path.
    ///
    /// - Throws: 400 when it says something else than the path.
    func checked(_ body: JSONValue) throws(APIStatus) -> JSONValue {
        guard body.objectValue != nil else {
            throw .badRequest("the request body must be a JSON object of kind \(kind)")
        }
        var object = body
        try fill(&object, ["apiVersion"], apiVersion, "the API version in the data", "the expected API version")
        try fill(&object, ["kind"], kind, "the kind in the data", "the expected kind")
        if let metadata = object["metadata"], !metadata.isNull, metadata.objectValue == nil {
            throw .badRequest("metadata must be an object")
        }
        if let name = request.name {
            try fill(&object, ["metadata", "name"], name, "the name of the object", "the name on the URL")
        }
        if request.type.namespaced {
            try fill(
                &object, ["metadata", "namespace"], request.namespace ?? "", "the namespace of the provided object",
                "the namespace sent on the request")
        }
        return object
    }

    private func fill(
        _ object: inout JSONValue, _ path: [String], _ expected: String, _ what: String, _ where: String
    ) throws(APIStatus) {
        switch object[path: path] {
        case nil, .null?, .string("")?: object[path: path] = .string(expected)
        case .string(expected)?: break
        case let other?:
            throw .badRequest(
                "\(what) (\(other.stringValue ?? other.encodedString())) does not match \(`where`) (\(expected))")
        }
    }
}
