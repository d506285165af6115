import Ambient
import Glibc

/// A unix socket that plays QEMU: it greets, reads lines, and writes what a script answers to each. One client at a time, each on a
/// thread that ends with it.
final class ScriptedServer: Sendable {
    let directory: String
    private let listener: Int32
    private let script: @Sendable (String) -> [String]
    private let greeting: String?
    let requests = Guarded<[String]>([])

    static let greeting =
        #"{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}, "package": ""}, "capabilities": []}}"#

    /// - Parameter script: lines to write in answer to one.
    init(greeting: String? = ScriptedServer.greeting, _ script: @escaping @Sendable (String) -> [String]) {
        let root = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        // Longer than a socket address can be.
        directory =
            "\(root)/imm-qmp-\(getpid())-\(SystemRandomness().nameSuffix(length: 8))-"
            + String(repeating: "x", count: 100)
        self.greeting = greeting
        self.script = script
        mkdir(directory, 0o700)
        listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let place = open(directory, O_RDONLY | O_DIRECTORY)
        defer { close(place) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let path = Array("/proc/self/fd/\(place)/qmp".utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path) }
        withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        listen(listener, 4)
        var thread = pthread_t()
        pthread_create(
            &thread, nil,
            { pointer in
                if let pointer { Unmanaged<ScriptedServer>.fromOpaque(pointer).takeRetainedValue().serve() }
                return nil
            }, Unmanaged.passRetained(self).toOpaque())
        pthread_detach(thread)
    }

    /// Ends the serving thread.
    func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        unlink("\(directory)/qmp")
        rmdir(directory)
    }

    private func serve() {
        while case let client = accept(listener, nil, nil), client >= 0 {
            if let greeting { write(client, [greeting]) }
            var pending: [UInt8] = []
            var buffer = [UInt8](repeating: 0, count: 4096)
            while case let count = read(client, &buffer, buffer.count), count > 0 {
                pending += buffer[..<count]
                while let end = pending.firstIndex(of: 10) {
                    let line = String(decoding: pending[..<end], as: UTF8.self)
                    pending.removeFirst(end + 1)
                    requests.withLock { $0.append(line) }
                    write(client, script(line))
                }
            }
            close(client)
        }
        close(listener)
    }

    private func write(_ client: Int32, _ lines: [String]) {
        let bytes = Array(lines.map { $0 + "\r\n" }.joined().utf8)
        _ = send(client, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }
}
