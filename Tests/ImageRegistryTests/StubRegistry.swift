import Ambient
import Glibc

/// A registry that answers by a function, on loopback; it keeps what it was asked.
final class StubRegistry: Sendable {
    struct Question: Sendable, Hashable {
        /// `GET /v2/…`
        let line: String
        let headers: [String: String]
    }

    struct Answer: Sendable {
        var status = 200
        var headers: [String: String] = [:]
        var body = ""
        /// Nothing is sent at all.
        var isSilent = false
    }

    private let listener: Int32
    let port: UInt16
    private let asked = Guarded<[Question]>([])

    var address: String { "127.0.0.1:\(port)" }
    var questions: [Question] { asked.withLock { $0 } }

    static func with(
        _ answer: @escaping @Sendable (Question, StubRegistry) -> Answer, _ body: (StubRegistry) async throws -> Void
    ) async throws {
        let registry = try StubRegistry(answer)
        defer { registry.stop() }
        try await body(registry)
    }

    private init(_ answer: @escaping @Sendable (Question, StubRegistry) -> Answer) throws {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(socket, address, length) == 0 ? getsockname(socket, address, &length) : -1
            }
        }
        listener = socket
        guard result == 0, listen(listener, 16) == 0 else { throw StubFailure(what: "bind: \(errno)") }
        port = UInt16(bigEndian: address.sin_port)
        StubThread.start {
            while true {
                let client = accept(self.listener, nil, nil)
                guard client >= 0 else { return }
                StubThread.start {
                    self.serve(client, answer)
                    close(client)
                }
            }
        }
    }

    private func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    private func serve(_ client: Int32, _ answer: @Sendable (Question, StubRegistry) -> Answer) {
        while let question = read(client) {
            asked.withLock { $0.append(question) }
            let given = answer(question, self)
            if given.isSilent {
                var byte: UInt8 = 0
                while recv(client, &byte, 1, 0) > 0 {}
                return
            }
            var text = "HTTP/1.1 \(given.status) Answer\r\nContent-Length: \(given.body.utf8.count)\r\n"
            for (name, value) in given.headers { text += "\(name): \(value)\r\n" }
            text += "\r\n" + (question.line.hasPrefix("HEAD") ? "" : given.body)
            let bytes = Array(text.utf8)
            guard send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else { return }
        }
    }

    private func read(_ client: Int32) -> Question? {
        var bytes: [UInt8] = []
        while !bytes.suffix(4).elementsEqual([13, 10, 13, 10]) {
            var byte: UInt8 = 0
            guard recv(client, &byte, 1, 0) == 1 else { return nil }
            bytes.append(byte)
        }
        let lines = String(decoding: bytes.dropLast(4), as: UTF8.self).split(separator: "\r\n")
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let halves = line.split(separator: ":", maxSplits: 1)
            headers[halves[0].lowercased()] = halves.count == 2 ? String(halves[1].drop { $0 == " " }) : ""
        }
        let line = lines[0].split(separator: " ").dropLast().joined(separator: " ")
        return Question(line: line, headers: headers)
    }
}

struct StubFailure: Error { let what: String }

private enum StubThread {
    final class Box: Sendable {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    static func start(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { context in
                if let context { Unmanaged<Box>.fromOpaque(context).takeRetainedValue().body() }
                return nil
            }, Unmanaged.passRetained(Box(body)).toOpaque())
        pthread_detach(thread)
    }
}
