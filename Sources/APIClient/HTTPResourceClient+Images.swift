internal import HTTPTransport
public import JSON
public import ResourceAPI

extension HTTPResourceClient {
    /// Asks for the disk images of a Provider.
    public func images(
        _ provider: ObjectReference, _ wanted: DiskImageRequest
    ) async throws(APIStatus) -> JSONValue {
        var path = RequestPath(provider, subresource: "images")
        var method = HTTPRequest.Method.post
        var body: [UInt8] = []
        switch wanted {
        case .list: method = .get
        case .inspect(let image):
            method = .get
            path.add("image", image)
        case .verify(let image): path.add("verify", image)
        case .remove(let image):
            method = .delete
            path.add("image", image)
        case .begin: break
        case .append(let upload, let offset, let bytes):
            method = .put
            path.add("upload", upload)
            path.add("offset", String(offset))
            body = bytes
        case .finish(let upload, let name, let digest, let hasAgent):
            path.add("upload", upload)
            path.add("name", name)
            path.add("digest", digest)
            path.add("agent", String(hasAgent))
        }
        let response = try await raw(
            method: method, path: path.string, body: body, contentType: "application/octet-stream")
        guard (200..<300).contains(response.status) else {
            throw APIStatus.answered(response.status, response.body, location)
        }
        do throws(JSONError) {
            return try JSONValue(parsing: response.body)
        } catch {
            throw APIStatus(
                code: response.status, reason: .internalError,
                message: "the answer of \(location) is not JSON: \(error)")
        }
    }
}
