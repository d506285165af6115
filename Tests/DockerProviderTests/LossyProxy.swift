import Glibc
import Synchronization

/// Stands between a client and the engine, and loses answers on demand: the call takes effect, and nobody is told.
final class LossyProxy: Sendable {
    enum Fault: Sendable {
        /// The engine gets the call; its answer is dropped with the connection.
        case loseAnswer
        /// The connection is closed before the engine hears of the call.
        case loseCall
        /// As `loseAnswer`, and the proxy refuses all further calls.
        case loseAnswerAndDie
    }

    let path = "\(temporaryRoot)/imm-lossy-\(getpid())-\(UInt32.random(in: .min ... .max)).sock"
    private let engine: String
    private let listener: Int32
    private struct Order {
        var marker: String
        var fault: Fault
        /// Not before a request with this in its first line.
        var after: String?
    }

    private let order = Mutex<Order?>(nil)
    private let isDead = Mutex(false)
    private let isStopped = Mutex(false)

    init(engine: String) throws {
        self.engine = engine
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard Self.withAddress(path, { [listener] in bind(listener, $0, $1) }) == 0, listen(listener, 64) == 0 else {
            throw POSIXFailure(what: "bind \(path)")
        }
        thread { self.acceptAll() }
    }

    /// Applies once, to the next request whose first line holds `marker`; with `after`, the next one behind a request
    /// whose first line holds that.
    func failNext(_ marker: String, _ fault: Fault, after: String? = nil) {
        order.withLock { $0 = Order(marker: marker, fault: fault, after: after) }
    }

    /// A second call does nothing: the descriptor may be another's by then.
    func stop() {
        guard
            !isStopped.withLock({ wasStopped in
                defer { wasStopped = true }
                return wasStopped
            })
        else { return }
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
        unlink(path)
    }

    private func acceptAll() {
        while case let client = accept(listener, nil, nil), client >= 0 {
            thread {
                self.serve(client)
                close(client)
            }
        }
    }

    /// One request a connection: the answer is told to close it.
    private func serve(_ client: Int32) {
        guard !isDead.withLock({ $0 }), let request = readRequest(client) else { return }
        let line = String(decoding: request.prefix { $0 != 13 }, as: UTF8.self)
        let fault = order.withLock { order -> Fault? in
            if let after = order?.after {
                if line.contains(after) { order?.after = nil }
                return nil
            }
            guard let found = order, line.contains(found.marker) else { return nil }
            order = nil
            return found.fault
        }
        if fault == .loseCall { return }
        let upstream = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(upstream) }
        guard Self.withAddress(engine, { connect(upstream, $0, $1) }) == 0 else { return }
        sendAll(upstream, request)
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while case let count = recv(upstream, &buffer, buffer.count, 0), count > 0 {
            if fault == .loseAnswerAndDie { isDead.withLock { $0 = true } }
            // The answer is there, so that the effect is; it stays here.
            if fault != nil { return }
            sendAll(client, Array(buffer[..<count]))
        }
    }

    /// Head and body, with `Connection: close` added.
    private func readRequest(_ client: Int32) -> [UInt8]? {
        var head: [UInt8] = []
        while !head.suffix(4).elementsEqual([13, 10, 13, 10]) {
            var byte: UInt8 = 0
            guard recv(client, &byte, 1, 0) == 1 else { return nil }
            head.append(byte)
        }
        let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
        let length =
            lines.first { $0.lowercased().hasPrefix("content-length:") }
            .flatMap { Int($0.drop { $0 != ":" }.dropFirst().drop { $0 == " " }) } ?? 0
        var body: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while body.count < length {
            let count = recv(client, &buffer, min(buffer.count, length - body.count), 0)
            guard count > 0 else { return nil }
            body += buffer[..<count]
        }
        let headWithoutEnd = Array(head[..<(head.count - 2)])
        return headWithoutEnd + Array("Connection: close\r\n\r\n".utf8) + body
    }

    private func sendAll(_ descriptor: Int32, _ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private static func withAddress(
        _ path: String, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8) + [0]) }
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_un>.size)) }
        }
    }
}

private func thread(_ body: @escaping @Sendable () -> Void) {
    final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    var thread = pthread_t()
    pthread_create(
        &thread, nil,
        { context in
            if let context { Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body() }
            return nil
        }, Unmanaged.passRetained(Box(body)).toOpaque())
    pthread_detach(thread)
}
