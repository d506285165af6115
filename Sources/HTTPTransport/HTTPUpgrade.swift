import Ambient

/// What a server says to a request that asks to go on in another protocol.
public enum HTTPUpgradeAnswer: Sendable {
    /// 101: from now on both sides write as they like.
    case switched(UpgradedConnection)
    case refused(HTTPResponse)
}

/// The upgraded connections of a transport, so that its shutdown ends them.
final class OpenUpgrades: Sendable {
    private struct State {
        var endings: [UInt64: @Sendable () -> Void] = [:]
        var isShutDown = false
    }

    private let state = Guarded(State())

    /// False after the shutdown.
    func enter(_ id: UInt64, end: @escaping @Sendable () -> Void) -> Bool {
        state.withLock { state in
            guard !state.isShutDown else { return false }
            state.endings[id] = end
            return true
        }
    }

    func leave(_ id: UInt64) { state.withLock { $0.endings[id] = nil } }

    func endAll() {
        let endings = state.withLock { state in
            state.isShutDown = true
            return state.endings
        }
        for id in endings.keys.sorted() { endings[id]?() }
    }
}

extension HTTPRequest {
    /// The request as it stands on the wire.
    func head(endpoint: HTTPEndpoint) -> [UInt8] {
        let (host, prefix) = endpoint.hostAndPrefix
        var text = "\(method.rawValue) \(prefix)\(path) HTTP/1.1\r\n"
        if headers["Host"] == nil { text += "Host: \(host)\r\n" }
        if headers["User-Agent"] == nil { text += "User-Agent: imm\r\n" }
        for field in headers.fields { text += "\(field.name): \(field.value)\r\n" }
        if !body.isEmpty || !method.isIdempotent { text += "Content-Length: \(body.count)\r\n" }
        return Array((text + "\r\n").utf8) + body
    }
}

extension HTTPEndpoint {
    /// What stands in `Host`, and what each path begins with.
    fileprivate var hostAndPrefix: (String, String) {
        switch self {
        case .unix: return ("localhost", "")
        case .tcp(let base, _):
            guard let scheme = base.firstRange(of: "://") else { return (base, "") }
            let rest = base[scheme.upperBound...]
            let host = rest.prefix { $0 != "/" }
            let prefix = rest.dropFirst(host.count)
            return (String(host), String(prefix.hasSuffix("/") ? prefix.dropLast() : prefix))
        }
    }
}
