public import ResourceAPI

extension APIStatus {
    /// 404 for a path at which nothing is served.
    public static func unknownPath(_ path: String) -> APIStatus {
        APIStatus(
            code: 404, reason: .notFound,
            message: "the server could not find the requested resource: nothing is at \(path)")
    }
}
