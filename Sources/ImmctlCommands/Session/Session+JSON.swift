import JSON
import ResourceAPI

extension Session {
    /// The JSON that the server answers at a path: to POST of a body, else to GET.
    func json(_ path: String, _ body: JSONValue? = nil) async throws(APIStatus) -> JSONValue {
        let bytes = try await raw(path, body)
        do throws(JSONError) {
            return try JSONValue(parsing: bytes)
        } catch {
            throw APIStatus(
                code: 200, reason: .internalError, message: "the answer at \(path) is not JSON: \(error)")
        }
    }
}
