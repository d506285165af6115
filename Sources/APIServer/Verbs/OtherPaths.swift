import Hummingbird
import JSON
import RequestSyntax
import ResourceAPI
import Telemetry

// Paths that are no resources: discovery, version, health.
extension APIResponder {
    private static let rootPaths: JSONValue = [
        "/api", "/api/v1", "/apis", "/healthz", "/livez", "/metrics", "/openapi/v3", "/readyz", "/version",
    ]

    func other(
        _ request: Request, _ segments: [String], _ query: RequestQuery
    ) async throws(APIStatus) -> Response {
        let answer: Response?
        switch segments.count {
        case 0: answer = .json(["paths": APIResponder.rootPaths])
        case 1: answer = try await topLevel(request, segments[0], query)
        case _ where segments[0] == "openapi" && segments[1] == "v3":
            answer = try openAPI(request, segments.dropFirst(2), query)
        default:
            // The first of them that knows the path; none waits for the other.
            if let found = try discovered(request, segments) {
                answer = found
            } else {
                answer = await health(segments, query)
            }
        }
        guard let answer else { throw .unknownPath(request.uri.path) }
        guard request.method == .get else { throw .methodNotAllowed(request.method.rawValue, on: request.uri.path) }
        return answer
    }

    private func topLevel(
        _ request: Request, _ name: String, _ query: RequestQuery
    ) async throws(APIStatus) -> Response? {
        switch name {
        case "api", "apis":
            if Discovery.wantsAggregated(accept: request.headers[.accept]) {
                let document = discovery.aggregated(isCore: name == "api")
                return .json(
                    name == "api" && podTranslation != nil ? ViewedKinds.adding(toAggregated: document) : document,
                    type: Discovery.aggregatedType)
            }
            try checkAcceptsJSON(request)
            return .json(name == "api" ? Discovery.coreVersions : discovery.groups)
        case "version": return .json(ServerVersion.json(immVersion: immVersion))
        case "metrics": return .text(endpoints.metrics.text(), type: MetricRegistry.contentType)
        default: return await health([name], query)
        }
    }

    private func discovered(_ request: Request, _ segments: [String]) throws(APIStatus) -> Response? {
        let json: JSONValue?
        switch (segments[0], segments.count) {
        case ("api", 2):
            let list = discovery.resources(group: "", version: segments[1])
            json = podTranslation == nil ? list : list.map(ViewedKinds.adding(toPlain:))
        case ("apis", 2): json = discovery.group(segments[1])
        case ("apis", 3): json = discovery.resources(group: segments[1], version: segments[2])
        default: json = nil
        }
        guard let json else { return nil }
        try checkAcceptsJSON(request)
        return .json(json)
    }

    func checkAcceptsJSON(_ request: Request) throws(APIStatus) {
        guard try Representation(accept: request.headers[.accept]) == .json else {
            throw .notAcceptable(request.headers[.accept] ?? "")
        }
    }
}
