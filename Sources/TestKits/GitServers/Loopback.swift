import Ambient
import Glibc

/// Ports of 127.0.0.1.
public enum Loopback {
    /// A port that is free now.
    static func freePort() throws(ServerFailure) -> UInt16 {
        let (descriptor, port) = try listen(backlog: nil)
        close(descriptor)
        return port
    }

    /// - Parameter backlog: nil: bound alone.
    fileprivate static func listen(backlog: Int32?) throws(ServerFailure) -> (Int32, UInt16) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        guard isBound, backlog.map({ Glibc.listen(descriptor, $0) == 0 }) ?? true else {
            close(descriptor)
            throw ServerFailure("no port of 127.0.0.1 can be had: \(String(cString: strerror(errno)))")
        }
        return (descriptor, UInt16(bigEndian: address.sin_port))
    }

    /// Waits until somebody listens there.
    static func wait(for port: UInt16, of process: ServerProcess, log: String) throws(ServerFailure) {
        for _ in 0..<1000 {
            if answers(port) { return }
            guard process.isRunning else { break }
            usleep(10_000)
        }
        let said = String(decoding: ScratchDirectory.read(log) ?? [], as: UTF8.self)
        process.end()
        throw ServerFailure("nobody listens on port \(port): \(said)")
    }

    private static func answers(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = port.bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}

/// Takes connections, and says nothing.
public final class SilentServer: Sendable {
    private let descriptor: Int32
    public let port: UInt16
    private let isOver = Guarded(false)

    public init() throws(ServerFailure) {
        // The system takes what nobody accepts.
        (descriptor, port) = try Loopback.listen(backlog: 16)
    }

    public func end() {
        isOver.withLock { isOver in
            if !isOver { close(descriptor) }
            isOver = true
        }
    }
}
