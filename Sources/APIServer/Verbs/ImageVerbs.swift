import Hummingbird
import InfraAPI
import RequestSyntax
import ResourceAPI

/// `…/providers/NAME/images`: for administrators, since no role has the resource.
extension APIResponder {
    func images(_ request: ResourceRequest) async throws(APIStatus) -> Response {
        guard let images = endpoints.images else { throw .unknownPath(request.http.uri.path) }
        let wanted = try await imageRequest(request)
        let reference = try request.reference()
        _ = try await client.get(reference)
        return .json(try await images(reference, wanted))
    }

    private func imageRequest(_ request: ResourceRequest) async throws(APIStatus) -> DiskImageRequest {
        let query = request.query
        let image = query.nonEmpty("image")
        let upload = query.nonEmpty("upload")
        switch request.http.method {
        case .get: return image.map { .inspect($0) } ?? .list
        case .delete:
            guard let image else { throw .badRequest("say which image is to go: ?image=DIGEST or ?image=NAME") }
            return .remove(image)
        case .put:
            guard let upload, let offset = try query.count("offset") else {
                throw .badRequest("a piece of an image needs ?upload= and &offset=")
            }
            let bytes = try await request.http.bytes(limitBytes: DiskImageRequest.pieceLimit)
            return .append(upload: upload, offset: offset, bytes: bytes)
        case .post:
            if let reference = query.nonEmpty("verify") { return .verify(reference) }
            guard let upload else { return .begin }
            return .finish(
                upload: upload, name: query.nonEmpty("name"), digest: query.nonEmpty("digest"),
                hasAgent: query.flag("agent") ?? true)
        default: throw .methodNotAllowed(request.http.method.rawValue, on: request.http.uri.path)
        }
    }
}
