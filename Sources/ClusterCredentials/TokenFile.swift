import Ambient

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A token in a file that somebody replaces before it ends: read once a minute, as Kubernetes' own clients do, and whenever the
/// server refuses what was read.
final class TokenFile: CredentialSource {
    private static let period = Duration.seconds(60)

    private struct Read {
        var token: String
        var at: Duration
    }

    private let path: String
    private let time: any TimeSource
    private let last = Guarded<Read?>(nil)

    init(path: String, time: any TimeSource) {
        self.path = path
        self.time = time
    }

    func current() async throws(CredentialError) -> RequestCredentials {
        let now = time.uptime
        if let last = last.withLock({ $0 }), now - last.at < TokenFile.period { return .bearer(last.token) }
        do throws(CredentialError) {
            return .bearer(try read(at: now))
        } catch {
            // The one that was read may still be good: the server says.
            guard let last = last.withLock({ $0 }) else { throw error }
            return .bearer(last.token)
        }
    }

    func refuse(_ credentials: RequestCredentials) async -> Bool {
        guard let token = try? read(at: time.uptime) else { return false }
        return RequestCredentials.bearer(token) != credentials
    }

    private func read(at now: Duration) throws(CredentialError) -> String {
        let text = try SmallFile.text(path)
        let token = text.split(whereSeparator: \.isWhitespace)
        guard token.count == 1 else { throw CredentialError("\(path) must hold one token and nothing else") }
        last.withLock { $0 = Read(token: String(token[0]), at: now) }
        return String(token[0])
    }
}

/// Files of credentials: read whole, and bounded.
enum SmallFile {
    private static let maximumBytes = 1 << 20

    static func text(_ path: String) throws(CredentialError) -> String {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            throw CredentialError("\(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while bytes.count <= maximumBytes {
            let count = read(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else {
                throw CredentialError("\(path) cannot be read: \(String(cString: strerror(errno)))")
            }
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += chunk[..<count]
        }
        throw CredentialError("\(path) is larger than \(maximumBytes) bytes")
    }
}
