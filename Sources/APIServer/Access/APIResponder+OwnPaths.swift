import Hummingbird
import JSON
import RequestSyntax
import ResourceAPI

// `/imm/v1/…`: no resources, so that nothing that lists, watches or backs up objects ever meets them. Administrators alone
// come here (Authorization).
extension APIResponder {
    static let ownPrefix = "imm"

    func ownPath(_ request: Request, _ segments: [String], _ caller: Caller?) async throws(APIStatus) -> Response {
        guard let caller, (3...5).contains(segments.count), segments[1] == "v1" else {
            throw .unknownPath(request.uri.path)
        }
        switch segments[2] {
        case "tokens": return try await tokenPath(request, segments, caller)
        case "certificates": return try await certificatePath(request, segments, caller)
        default: throw .unknownPath(request.uri.path)
        }
    }

    /// `expiresInSeconds`; nil when it is not said.
    static func lifetime(in body: JSONValue, atMost longest: Duration) throws(APIStatus) -> Duration? {
        guard let seconds = body["expiresInSeconds"], !seconds.isNull else { return nil }
        guard let count = seconds.intValue, count >= 1, count <= longest.components.seconds else {
            throw .badRequest("expiresInSeconds must be a number from 1 to \(longest.components.seconds)")
        }
        return .seconds(count)
    }
}
