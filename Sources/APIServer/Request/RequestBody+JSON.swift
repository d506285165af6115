import Hummingbird
import JSON
import NIOCore
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
