import Glibc

/// A kept-alive HTTP/1.1 connection over a unix socket, blocking, for one thread at a time.
///
/// It is this small so that a measured call costs what the server costs.
package final class UnixConnection {
    package struct Response {
        package var status: Int
        package var body: [UInt8]

        package var text: String { String(decoding: body, as: UTF8.self) }
    }

    private let descriptor: Int32
    private let path: String
    private var buffer: [UInt8] = []
    private var isChunked = false

    /// Throws when nothing listens at the path.
    package init(path: String) throws {
        self.path = path
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        guard descriptor >= 0, path.utf8.count < capacity else {
            throw BenchmarkFailure(
                "no socket for \(path): its path has more than \(capacity - 1) bytes, or no descriptor")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw BenchmarkFailure("nothing answers at \(path): errno \(errno)") }
    }

    deinit { close(descriptor) }

    /// Sends a request and reads its whole answer.
    package func send(
        _ method: String, _ target: String, _ body: String? = nil, type: String = "application/json",
        headers: [String: String] = [:]
    ) throws -> Response {
        let status = try begin(method, target, body, type: type, headers)
        var response = Response(status: status.code, body: [])
        if status.code == 204 || status.code == 304 { return response }
        if isChunked {
            while let chunk = try nextChunk() { response.body += chunk }
        } else {
            response.body = try take(status.length)
        }
        return response
    }

    /// Sends a request whose answer never ends; `nextChunk` reads on.
    package func stream(_ target: String) throws {
        let status = try begin("GET", target, nil, type: "application/json")
        guard status.code == 200, isChunked else { throw BenchmarkFailure("GET \(target): status \(status.code)") }
    }

    /// The next piece of a chunked body; nil at its end.
    package func nextChunk() throws -> [UInt8]? {
        guard let size = Int(try line(), radix: 16) else { throw BenchmarkFailure("\(path): a chunk without a size") }
        let chunk = try take(size)
        _ = try line()
        return size == 0 ? nil : chunk
    }

    private func begin(
        _ method: String, _ target: String, _ body: String?, type: String, _ headers: [String: String] = [:]
    ) throws -> (code: Int, length: Int) {
        var head = "\(method) \(target) HTTP/1.1\r\nHost: docker\r\nAccept: application/json\r\n"
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) { head += "\(name): \(value)\r\n" }
        if let body { head += "Content-Type: \(type)\r\nContent-Length: \(body.utf8.count)\r\n" }
        try write(Array((head + "\r\n" + (body ?? "")).utf8))
        let words = try line().split(separator: " ")
        guard words.count >= 2, let code = Int(words[1]) else { throw BenchmarkFailure("\(path): not HTTP") }
        var length = 0
        isChunked = false
        while case let field = try line(), !field.isEmpty {
            let lowered = field.lowercased()
            if lowered.hasPrefix("content-length:") { length = Int(lowered.dropFirst(15).drop { $0 == " " }) ?? 0 }
            if lowered.hasPrefix("transfer-encoding:"), lowered.hasSuffix("chunked") { isChunked = true }
        }
        return (code, length)
    }

    private func write(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes[sent...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw BenchmarkFailure("\(path) closed the connection: errno \(errno)") }
            sent += count
        }
    }

    private func fill() throws {
        var piece = [UInt8](repeating: 0, count: 65536)
        let count = recv(descriptor, &piece, piece.count, 0)
        guard count > 0 else { throw BenchmarkFailure("\(path) closed the connection in the middle of an answer") }
        buffer += piece[..<count]
    }

    private func take(_ count: Int) throws -> [UInt8] {
        while buffer.count < count { try fill() }
        defer { buffer.removeFirst(count) }
        return Array(buffer[..<count])
    }

    private func line() throws -> String {
        while true {
            if let end = buffer.firstIndex(of: 10) {
                defer { buffer.removeFirst(end + 1) }
                return String(decoding: buffer[..<end].filter { $0 != 13 }, as: UTF8.self)
            }
            try fill()
        }
    }
}
