import Ambient
import HTTPTypes
import Hummingbird
import HummingbirdCore
import JSON
import Logging
import NIOCore
import RequestSyntax
import ResourceAPI
import ServiceLifecycle

/// The HTTP side of a `ClusterStore`, as a Kubernetes API server has it.
struct PodAPIServer: HTTPResponder {
    typealias Context = BasicRequestContext

    let store: ClusterStore

    func respond(to request: Request, context: Context) async -> Response {
        do {
            return try await answer(request)
        } catch let refusal as ClusterRefusal {
            return PodAPIServer.json(refusal.json, refusal.code)
        } catch {
            let refusal = ClusterRefusal(code: 400, reason: "BadRequest", message: "\(error)")
            return PodAPIServer.json(refusal.json, 400)
        }
    }

    private func answer(_ request: Request) async throws -> Response {
        let info = try RequestInfo(uri: request.head.path ?? "/")
        guard case .resource(let path) = info.target else {
            if request.uri.path == "/version" { return PodAPIServer.json(["gitVersion": "v1.31.0-test"]) }
            throw ClusterRefusal(code: 404, reason: "NotFound", message: "no such path")
        }
        let resource = "\(path.group)/\(path.resource)"
        let query = info.query
        let body = try await json(of: request)
        let isWatch = query.flag("watch") == true
        let verb =
            switch request.method {
            case .get: path.name != nil ? "get" : isWatch ? "watch" : "list"
            case .post: "create"
            case .patch: "patch"
            default: "delete"
            }
        try store.check(verb, path.resource + (path.subresource.map { "/\($0)" } ?? ""))
        let selector = ClusterSelector(labels: query.nonEmpty("labelSelector"), fields: query.nonEmpty("fieldSelector"))
        guard let name = path.name else {
            let namespace = path.namespace
            switch verb {
            case "watch":
                return try watch(
                    resource, namespace, selector, from: query["resourceVersion"].flatMap { Int($0) } ?? 0)
            case "list": return list(resource, namespace, selector)
            default:
                let name = body["metadata"]?["name"]?.stringValue ?? ""
                let key = ClusterKey(resource: resource, namespace: namespace ?? "", name: name)
                return PodAPIServer.json(try store.create(key, body), 201)
            }
        }
        let key = ClusterKey(resource: resource, namespace: path.namespace ?? "", name: name)
        return PodAPIServer.json(try object(verb, key, path.subresource, body))
    }

    private func object(
        _ verb: String, _ key: ClusterKey, _ subresource: String?, _ body: JSONValue
    ) throws(ClusterRefusal) -> JSONValue {
        switch (verb, subresource) {
        case ("get", nil): return try store.get(key)
        case ("patch", nil), ("patch", "status"):
            return try store.mergePatch(key, body, subresource: subresource)
        case ("create", "binding"):
            let old = try store.get(key)
            let node = body["target"]?["name"]?.stringValue ?? ""
            return try store.replace(key, old, try PodStrategy.bound(old, to: node))
        case ("delete", nil): return try store.delete(key, body)
        default: throw ClusterRefusal(code: 405, reason: "MethodNotAllowed", message: "not here")
        }
    }

    private func list(_ resource: String, _ namespace: String?, _ selector: ClusterSelector) -> Response {
        let list = store.list(resource, namespace, where: selector.matches)
        return PodAPIServer.json([
            "kind": "List", "apiVersion": "v1", "metadata": ["resourceVersion": .string(String(list.version))],
            "items": .array(list.items),
        ])
    }

    private func watch(
        _ resource: String, _ namespace: String?, _ selector: ClusterSelector, from version: Int
    ) throws(ClusterRefusal) -> Response {
        guard version >= store.state.withLock({ $0.compacted }) else {
            throw ClusterRefusal(code: 410, reason: "Expired", message: "too old resource version: \(version)")
        }
        let (signals, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let id = store.state.withLock { state in
            state.lastWatcher += 1
            state.watchers[state.lastWatcher] = continuation
            if state.isClosed { continuation.finish() }
            return state.lastWatcher
        }
        continuation.yield()
        let store = store
        let body = ResponseBody { writer in
            defer { _ = store.state.withLock { $0.watchers.removeValue(forKey: id) } }
            var seen = version
            for await _ in signals {
                let changes = store.state.withLock { state in state.log.filter { $0.version > seen } }
                for change in changes
                where change.key.resource == resource && (namespace == nil || change.key.namespace == namespace)
                    && selector.matches(change.object)
                {
                    let line: JSONValue = ["type": .string(change.type), "object": change.object]
                    try await writer.write(ByteBuffer(bytes: line.encoded() + [0x0A]))
                }
                seen = changes.last?.version ?? seen
            }
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: [.contentType: "application/json"], body: body)
    }

    private func json(of request: Request) async throws -> JSONValue {
        var bytes: [UInt8] = []
        for try await chunk in request.body { bytes += chunk.readableBytesView }
        return bytes.isEmpty ? .null : try JSONValue(parsing: bytes)
    }

    private static func json(_ value: JSONValue, _ code: Int = 200) -> Response {
        Response(
            status: .init(code: code), headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: value.encoded())))
    }
}

extension ClusterStore {
    /// As `endWatches`, and none is begun any more, so that the server can end.
    func close() {
        state.withLock { $0.isClosed = true }
        endWatches()
    }

    /// Ends all watches, as a server does every few minutes.
    func endWatches() {
        for watcher in state.withLock({ $0.watchers }).values { watcher.finish() }
    }
}
