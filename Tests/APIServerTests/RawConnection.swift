import Ambient
import JSON
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// A bare unix socket, for clients that behave as no HTTP library does.
final class RawConnection: Sendable {
    private let descriptor: Guarded<Int32>

    deinit { close() }

    /// Tried again while the server does not listen yet, or its listen queue is full.
    static func open(_ path: String) async throws -> RawConnection {
        let opened = Guarded<RawConnection?>(nil)
        try await eventually("the socket takes a connection") {
            let connection = try RawConnection(connectingTo: path)
            opened.withLock { $0 = connection }
            return true
        }
        return try #require(opened.withLock { $0 })
    }

    private init(connectingTo path: String) throws {
        let descriptor = socket(
            AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        self.descriptor = Guarded(descriptor)
        guard descriptor >= 0 else { throw NeverHappened() }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw NeverHappened() }
    }

    func close() {
        let descriptor = descriptor.withLock { descriptor in
            defer { descriptor = -1 }
            return descriptor
        }
        if descriptor >= 0 { Glibc.close(descriptor) }
    }

    /// Closes the direction to the server alone.
    func endSending() { shutdown(descriptor.withLock { $0 }, Int32(SHUT_WR)) }

    func send(_ text: String) throws {
        let bytes = Array(text.utf8)
        #expect(write(descriptor.withLock { $0 }, bytes, bytes.count) == bytes.count)
    }

    /// Sends, where the other side may be gone already.
    func offer(_ text: String) {
        let bytes = Array(text.utf8)
        _ = Glibc.send(descriptor.withLock { $0 }, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// What is there now; nil at the end of the stream.
    func received() -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        let count = read(descriptor.withLock { $0 }, &bytes, bytes.count)
        if count < 0 { return [] }
        return count == 0 ? nil : Array(bytes[..<count])
    }

    /// The first JSON lines of a chunked response; waits up to 10 s for them.
    func jsonLines(_ count: Int) async throws -> [JSONValue] {
        var text = ""
        var lines: [JSONValue] = []
        try await eventually("\(count) lines arrive") {
            text += String(decoding: received() ?? [], as: UTF8.self)
            lines = try text.split(separator: "\r\n").filter { $0.hasPrefix("{") }
                .flatMap { $0.split(separator: "\n") }.map { try JSONValue(parsing: String($0)) }
            return lines.count >= count
        }
        return lines
    }
}
