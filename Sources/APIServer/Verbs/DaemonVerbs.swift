import Ambient
import Hummingbird
import InfraAPI
import JSON
import RequestSyntax
import ResourceAPI

// What the daemon answers itself: logs and plans.
extension APIResponder {
    private static let longestLog = Duration.seconds(86400)

    func log(_ request: ResourceRequest) async throws(APIStatus) -> Response {
        guard let logs = endpoints.logs else { throw .unknownPath(request.http.uri.path) }
        let query = request.query
        let wanted = LogRequest(
            follow: query.flag("follow") ?? false, tailLines: try query.count("tailLines"),
            sinceSeconds: try sinceSeconds(query), timestamps: query.flag("timestamps") ?? false)
        let reference = try request.reference()
        _ = try await client.get(reference)
        let text = try await logs(reference, wanted)
        return try StreamingResponse(
            channel: request.channel, streams: streams, duration: APIResponder.longestLog,
            contentType: "text/plain; charset=utf-8",
            source: LogSource(text, limitBytes: try query.count("limitBytes"), logger: logger).stream
        ).response()
    }

    /// `sinceSeconds`, or the time since `sinceTime`.
    private func sinceSeconds(_ query: RequestQuery) throws(APIStatus) -> Int? {
        guard let text = query.nonEmpty("sinceTime") else { return try query.count("sinceSeconds") }
        guard let time = Timestamp(rfc3339: text) else {
            throw .badRequest("sinceTime must be a time of RFC 3339, not \"\(text)\"")
        }
        return max(0, Int((surroundings.time.now - time).components.seconds))
    }

    func plan(_ request: ResourceRequest) async throws(APIStatus) -> Response {
        guard let plan = endpoints.plan else { throw .unknownPath(request.http.uri.path) }
        try request.http.requireJSONBody()
        let instanceSet = try RequestObject(request).checked(try await request.http.json(limits))
        return .json(try await plan(instanceSet, request.namespace ?? ""))
    }
}
