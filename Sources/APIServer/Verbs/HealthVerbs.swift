import Hummingbird
import RequestSyntax
import ResourceAPI

// /healthz, /livez and /readyz, in the words of Kubernetes' server.
extension APIResponder {
    private static let paths = ["healthz", "livez", "readyz"]

    /// - Parameter segments: of the whole path: one of the three, and perhaps the name of a check.
    /// - Returns: nil when there is no such path or check.
    func health(_ segments: [String], _ query: RequestQuery) async -> Response? {
        guard let path = segments.first, APIResponder.paths.contains(path), segments.count <= 2 else { return nil }
        let checks = healthChecks(of: path)
        if segments.count == 2 {
            guard let check = checks.first(where: { $0.name == segments[1] }) else { return nil }
            guard let trouble = await check.trouble() else { return .text("ok") }
            return .text("internal server error: \(trouble)\n", code: 500)
        }
        return await summary(path, checks, query)
    }

    private func healthChecks(of path: String) -> [HealthCheck] {
        let streams = streams
        var checks = [HealthCheck("ping", .dead) { nil }]
        if path == "readyz" {
            checks.append(HealthCheck("shutdown") { streams.isShutDown ? "the server is shutting down" : nil })
        }
        return checks + endpoints.healthChecks.filter { $0.meaning == .dead || path == "readyz" }
    }

    private func summary(_ path: String, _ checks: [HealthCheck], _ query: RequestQuery) async -> Response {
        let excluded = query.all("exclude")
        var lines = ""
        var hasFailed = false
        for check in checks {
            if excluded.contains(check.name) {
                lines += "[+]\(check.name) excluded: ok\n"
            } else if let trouble = await check.trouble() {
                lines += "[-]\(check.name) failed: \(trouble)\n"
                hasFailed = true
            } else {
                lines += "[+]\(check.name) ok\n"
            }
        }
        let unknown = excluded.filter { name in !checks.contains { $0.name == name } }
        if !unknown.isEmpty {
            let names = unknown.map { "\"\($0)\"" }.joined(separator: ", ")
            lines += "warn: some health checks cannot be excluded: no matches for \(names)\n"
        }
        if hasFailed { return .text(lines + "\(path) check failed\n", code: 500) }
        return .text(query.flag("verbose") == true ? lines + "\(path) check passed\n" : "ok")
    }
}
