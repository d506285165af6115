import APIClient
import Ambient
import HTTPTransport
import RequestSyntax
import Telemetry

/// Counts what this process asks of the Kubernetes API by verb and resource, as RBAC names them: the metric that is held against the
/// chart's roles.
final class RequestLedger: Sendable {
    private let counter: MetricCounter
    private let unbounded = Guarded(0)
    private let time: any TimeSource
    private let answeredAt = Guarded<Duration?>(nil)
    /// Kinds of Kubernetes and ours are few; what else is asked for stays out of the labels.
    private static let longest = 64

    init(_ metrics: MetricRegistry, _ time: any TimeSource) {
        self.time = time
        counter = metrics.counter(
            "imm_kubernetes_requests_total", "Requests to the Kubernetes API, by verb and resource as RBAC has them.",
            labels: ["verb", "group", "resource", "scope", "code"])
        metrics.counter(
            "imm_kubernetes_unbounded_lists_total", "Lists of the Kubernetes API that were asked for without a limit."
        ) { [unbounded] in
            Double(unbounded.withLock { $0 })
        }
    }

    var observer: HTTPResourceClient.Observer {
        { method, path, code in self.count(method, path, code) }
    }

    /// How long ago the server last answered at all; nil: it never did.
    var silence: Duration? { answeredAt.withLock { $0 }.map { time.uptime - $0 } }

    private func count(_ method: HTTPRequest.Method, _ path: String, _ code: Int) {
        if code > 0 {
            let now = time.uptime
            answeredAt.withLock { $0 = now }
        }
        guard let info = try? RequestInfo(uri: path) else { return }
        switch info.target {
        case .path: counter.add(1, method.rawValue.lowercased(), "", "/", "", "\(code)")
        case .resource(let target):
            let resource = target.resource + (target.subresource.map { "/\($0)" } ?? "")
            guard resource.utf8.count <= RequestLedger.longest else { return }
            let verb = verb(method, target, info.query)
            if verb == "list", info.query.nonEmpty("limit") == nil { unbounded.withLock { $0 += 1 } }
            counter.add(
                1, verb, target.group, resource,
                target.namespace == nil ? "cluster" : "namespace", "\(code)")
        }
    }

    private func verb(
        _ method: HTTPRequest.Method, _ target: RequestInfo.ResourcePath, _ query: RequestQuery
    ) -> String {
        switch method {
        case .get, .head:
            if target.name != nil { return query.flag("watch") == true ? "watch" : "get" }
            return query.flag("watch") == true ? "watch" : "list"
        case .post: return "create"
        case .put: return "update"
        case .patch: return "patch"
        case .delete: return target.name == nil ? "deletecollection" : "delete"
        }
    }
}
