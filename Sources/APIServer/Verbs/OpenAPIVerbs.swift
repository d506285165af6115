import Hummingbird
import NIOCore
import RequestSyntax
import ResourceAPI

// GET /openapi/v3 and the documents below it.
extension APIResponder {
    /// - Parameter segments: after `/openapi/v3`.
    /// - Returns: nil when there is no such document. `/openapi/v2` is not served: clients that know v3 do not need it.
    func openAPI(
        _ request: Request, _ segments: ArraySlice<String>, _ query: RequestQuery
    ) throws(APIStatus) -> Response? {
        let path = segments.joined(separator: "/")
        guard let document = segments.isEmpty ? openAPIDocuments.index : openAPIDocuments[path] else { return nil }
        try checkAcceptsJSON(request)
        let tag = "\"\(document.hash)\""
        if let asked = query.nonEmpty("hash"), asked != document.hash {
            // The address of an older program's document: say where the present one is, so that nobody keeps it there.
            return Response(
                status: .movedPermanently, headers: [.location: "/openapi/v3/\(path)?hash=\(document.hash)"])
        }
        var response =
            request.headers[.ifNoneMatch] == tag
            ? Response(status: .notModified)
            : Response(
                status: .ok, headers: [.contentType: "application/json"],
                body: ResponseBody(byteBuffer: ByteBuffer(bytes: document.bytes)))
        response.headers[.eTag] = tag
        // With its hash the address names these very bytes for ever; without, it has to be asked again.
        response.headers[.cacheControl] = query.nonEmpty("hash") == nil ? "no-cache, private" : "public, immutable"
        response.headers[.vary] = "Accept"
        return response
    }
}
