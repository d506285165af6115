import Hummingbird
import RequestSyntax
import ResourceAPI

/// /healthz, /livez and /readyz, in the words of Kubernetes' server.
struct HealthAnswers: Sendable {
    private static let paths = ["healthz", "livez", "readyz"]

    private let checks: [HealthCheck]
    private let isShuttingDown: @Sendable () -> Bool

    init(_ checks: [HealthCheck], isShuttingDown: @escaping @Sendable () -> Bool) {
        self.checks = checks
        self.isShuttingDown = isShuttingDown
    }

    /// - Parameter segments: of the whole path: one of the three, and perhaps the name of a check.
    /// - Returns: nil when there is no such path or check.
    func answer(_ segments: [String], _ query: RequestQuery) async -> Response? {
        guard let path = segments.first, HealthAnswers.paths.contains(path), segments.count <= 2 else { return nil }
        let checks = checks(of: path)
        if segments.count == 2 {
            guard let check = checks.first(where: { $0.name == segments[1] }) else { return nil }
            guard let trouble = await check.trouble() else { return .text("ok") }
            return .text("internal server error: \(trouble)\n", code: 500)
        }
        return await summary(path, checks, query)
    }

    private func checks(of path: String) -> [HealthCheck] {
        let isShuttingDown = isShuttingDown
        var all = [HealthCheck("ping", .dead) { nil }]
        if path == "readyz" {
            all.append(HealthCheck("shutdown") { isShuttingDown() ? "the server is shutting down" : nil })
        }
        return all + checks.filter { $0.meaning == .dead || path == "readyz" }
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

extension APIResponder {
    func health(_ segments: [String], _ query: RequestQuery) async -> Response? {
        let streams = streams
        return await HealthAnswers(endpoints.healthChecks) { streams.isShutDown }.answer(segments, query)
    }
}
