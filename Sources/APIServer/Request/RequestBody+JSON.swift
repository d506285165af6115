import Hummingbird
import InfraAPI
import JSON
import KubernetesProtobuf
import Manifests
import NIOCore
import RequestSyntax
import ResourceAPI

extension Request {
    /// The body, up to `limitBytes`.
    ///
    /// - Throws: 413 beyond the limit; 400 when the connection breaks before the end.
    func bytes(limitBytes: Int) async throws(APIStatus) -> [UInt8] {
        if let length = headers[.contentLength].flatMap({ Int($0) }), length > limitBytes {
            throw .tooLarge(limitBytes: limitBytes)
        }
        do {
            var buffer = try await body.collect(upTo: limitBytes)
            return buffer.readBytes(length: buffer.readableBytes) ?? []
        } catch is NIOTooManyBytesError {
            throw .tooLarge(limitBytes: limitBytes)
        } catch {
            throw .badRequest("the request body could not be read to its end: \(error)")
        }
    }

    /// The body as JSON.
    ///
    /// - Throws: 400 with line and column when it is not JSON, 413 beyond the limit.
    func json(_ limits: APIServerLimits) async throws(APIStatus) -> JSONValue {
        try JSONValue(requestBody: await bytes(limitBytes: limits.maxBodyBytes), limits)
    }

    /// The object in a body that may be missing, as that of a DELETE; nil for an empty one.
    func optionalObject(_ limits: APIServerLimits) async throws(APIStatus) -> JSONValue? {
        let bytes = try await bytes(limitBytes: limits.maxBodyBytes)
        return bytes.isEmpty ? nil : try object(bytes, limits, acceptsProtobuf: true)
    }

    /// The object in the body of a create, an update or a deletion: JSON, or for kinds of Kubernetes' own protobuf.
    ///
    /// - Parameter acceptsProtobuf: whether the body's kind has a protobuf form.
    /// - Throws: 415 for another media type, 400 for what does not follow its format, 413 beyond the limit.
    func object(_ limits: APIServerLimits, acceptsProtobuf: Bool) async throws(APIStatus) -> JSONValue {
        try object(await bytes(limitBytes: limits.maxBodyBytes), limits, acceptsProtobuf: acceptsProtobuf)
    }

    private func object(
        _ bytes: [UInt8], _ limits: APIServerLimits, acceptsProtobuf: Bool
    ) throws(APIStatus) -> JSONValue {
        guard bodyMediaType == ProtobufBody.mediaType, acceptsProtobuf else {
            try requireJSONBody()
            return try JSONValue(requestBody: bytes, limits)
        }
        do throws(ProtobufError) {
            return try ProtobufBody.decode(bytes)
        } catch {
            switch error.code {
            case .malformed: throw .badRequest("the request body is not protobuf that can be accepted: \(error)")
            case .unknownKind: throw .unsupportedMediaType("\(error.message): send application/json")
            case .tooLarge: throw .tooLarge(limitBytes: limits.maxBodyBytes)
            }
        }
    }

    /// The body of an apply: YAML by its media type, and mostly JSON, which is YAML.
    ///
    /// - Throws: 400 with line and column for what is neither, or not exactly one object.
    func appliedObject(_ limits: APIServerLimits) async throws(APIStatus) -> JSONValue {
        let bytes = try await bytes(limitBytes: limits.maxBodyBytes)
        let first = bytes.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
        if first == nil || first == UInt8(ascii: "{") { return try JSONValue(requestBody: bytes, limits) }
        return try JSONValue(yamlBody: bytes, limits)
    }

    /// The media type of the body; `application/json` when none is said.
    var bodyMediaType: String {
        headers[.contentType].flatMap { MediaRange($0)?.type } ?? "application/json"
    }

    /// - Throws: 415 unless the body is said to be JSON.
    func requireJSONBody() throws(APIStatus) {
        guard bodyMediaType == "application/json" else {
            throw .unsupportedMediaType(
                "the body's media type \(bodyMediaType) is not supported here: send application/json")
        }
    }
}

extension JSONValue {
    private static let maximumYAMLDiagnostics = 20

    /// - Throws: 400 with everything that the strict reader of manifests finds.
    fileprivate init(yamlBody bytes: [UInt8], _ limits: APIServerLimits) throws(APIStatus) {
        let (documents, diagnostics) = loadManifests(
            [.text(name: "body", bytes: bytes)],
            limits: ManifestLimits(
                maximumInputBytes: limits.maxBodyBytes, maximumDepth: limits.maxJSONDepth,
                maximumDiagnostics: JSONValue.maximumYAMLDiagnostics))
        guard diagnostics.isEmpty else {
            let all = diagnostics.map(\.description).joined(separator: "; ")
            throw .badRequest("the request body is not YAML that can be accepted: \(all)")
        }
        guard documents.count == 1 else {
            throw .badRequest("the request body must be one object, and there are \(documents.count)")
        }
        self = documents[0].value
    }

    init(requestBody bytes: [UInt8], _ limits: APIServerLimits) throws(APIStatus) {
        do {
            try self.init(
                parsing: bytes,
                limits: JSONLimits(maximumDepth: limits.maxJSONDepth, maximumBytes: limits.maxBodyBytes))
        } catch {
            throw .badRequest("the request body is not JSON that can be accepted: \(error)")
        }
    }
}
