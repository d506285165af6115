import Ambient
import Testing

#if canImport(Glibc)
    import Glibc
#endif

/// A bare TCP connection to the loopback, for clients that behave as no library does.
final class RawTCP: Sendable {
    private let descriptor: Int32

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        try #require(descriptor >= 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        try #require(result == 0)
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    }

    deinit { close(descriptor) }

    /// - Returns: false when the other side is gone.
    @discardableResult func send(_ bytes: some Sequence<UInt8>) -> Bool {
        let bytes = Array(bytes)
        return Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
    }

    /// Everything up to the end of the stream; waits up to 10 s for it.
    func all() async throws -> String {
        var text: [UInt8] = []
        try await eventually("the server closes the connection") {
            var bytes = [UInt8](repeating: 0, count: 1 << 16)
            while true {
                let count = recv(descriptor, &bytes, bytes.count, 0)
                if count == 0 { return true }
                if count < 0 { return errno != EAGAIN }
                text += bytes[..<count]
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}
