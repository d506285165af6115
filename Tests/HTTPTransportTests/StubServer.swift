import Glibc
import Synchronization

/// A server for tests on raw sockets: one thread accepts, one thread a connection runs the handler.
final class StubServer: Sendable {
    struct Request: Sendable {
        let line: String
        let headers: [String]
        let body: [UInt8]

        func header(_ name: String) -> String? {
            headers.first { $0.lowercased().hasPrefix(name.lowercased() + ":") }
                .map { String($0.dropFirst(name.count + 1)).trimmingSpaces }
        }
    }

    private let descriptor: Int32
    private let connections = Mutex<[Int32]>([])
    private let accepted = Mutex(0)
    private let cleanUp: @Sendable () -> Void
    let port: UInt16

    /// How many connections were accepted so far.
    var connectionCount: Int { accepted.withLock { $0 } }

    /// On loopback TCP, or on the unix socket `path`.
    init(unix path: String? = nil, leavesSocket: Bool = false, handler: @escaping @Sendable (StubConnection) -> Void)
        throws
    {
        if let path {
            let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8) + [0]) }
            let result = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            guard result == 0 else { throw StubError(what: "bind \(path): \(errno)") }
            descriptor = listener
            port = 0
            cleanUp = { if !leavesSocket { unlink(path) } }
        } else {
            let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = inet_addr("127.0.0.1")
            var length = socklen_t(MemoryLayout<sockaddr_in>.size)
            let result = withUnsafeMutablePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(listener, $0, length) == 0 ? getsockname(listener, $0, &length) : -1
                }
            }
            guard result == 0 else { throw StubError(what: "bind: \(errno)") }
            descriptor = listener
            port = UInt16(bigEndian: address.sin_port)
            cleanUp = {}
        }
        listen(descriptor, 64)
        spawn { self.acceptAll(handler) }
    }

    func stop() {
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
        connections.withLock { for connection in $0 { shutdown(connection, Int32(SHUT_RDWR)) } }
        cleanUp()
    }

    private func acceptAll(_ handler: @escaping @Sendable (StubConnection) -> Void) {
        while true {
            let client = accept(descriptor, nil, nil)
            guard client >= 0 else { return }
            accepted.withLock { $0 += 1 }
            connections.withLock { $0.append(client) }
            spawn {
                handler(StubConnection(descriptor: client))
                self.connections.withLock { $0.removeAll { $0 == client } }
                close(client)
            }
        }
    }
}

struct StubError: Error { let what: String }

/// One accepted connection; used by one thread.
struct StubConnection: Sendable {
    let descriptor: Int32

    /// The next request, or nil when the client closed the connection.
    func readRequest() -> StubServer.Request? {
        var bytes: [UInt8] = []
        while !bytes.suffix(4).elementsEqual([13, 10, 13, 10]) {
            var byte: UInt8 = 0
            guard recv(descriptor, &byte, 1, 0) == 1 else { return nil }
            bytes.append(byte)
        }
        let lines = String(decoding: bytes.dropLast(4), as: UTF8.self).split(separator: "\r\n").map(String.init)
        var request = StubServer.Request(line: lines.first ?? "", headers: Array(lines.dropFirst()), body: [])
        let length = request.header("Content-Length").flatMap { Int($0) } ?? 0
        var body = [UInt8](repeating: 0, count: length)
        var got = 0
        while got < length {
            let count = body.withUnsafeMutableBytes {
                recv(descriptor, $0.baseAddress?.advanced(by: got), length - got, 0)
            }
            guard count > 0 else { return nil }
            got += count
        }
        request = StubServer.Request(line: request.line, headers: request.headers, body: body)
        return request
    }

    /// False when the client is gone.
    @discardableResult
    func write(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                send(descriptor, $0.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }

    @discardableResult
    func write(_ text: String) -> Bool { write(Array(text.utf8)) }

    func respond(_ status: String = "200 OK", headers: String = "", body: String = "") {
        write("HTTP/1.1 \(status)\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)")
    }

    /// Blocks until the client closes its side.
    func waitForClose() {
        var byte: UInt8 = 0
        while recv(descriptor, &byte, 1, 0) > 0 {}
    }
}

/// Runs `body` on a new thread.
func spawn(_ body: @escaping @Sendable () -> Void) {
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

extension String {
    var trimmingSpaces: String { String(drop { $0 == " " }) }
}

/// A fresh short path under /tmp for a unix socket.
func socketPath() -> String {
    "\(temporaryRoot)/imm-http-\(getpid())-\(UInt32.random(in: .min ... .max)).sock"
}

/// Where tests make their files: below the run's own directory, which is looked through for leftovers at its end.
let temporaryRoot = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
