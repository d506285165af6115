public import Ambient
import Glibc

/// A connection to a unix socket over which lines go in both directions. One task at a time.
///
/// Waiting is looking again after a moment: exchanges are short, and no thread is held.
public final class LineSocket: Sendable {
    /// In bytes, without its end.
    public static let lineLimit = 8 << 20

    private struct State {
        var descriptor: Int32
        var received: [UInt8] = []
        /// Where the search for a line's end goes on.
        var searched = 0
        var isAtEnd = false
    }

    private let state: Guarded<State>
    private let time: any TimeSource
    private let label: String

    /// Connects to the socket `name` in a directory; the path may be longer than socket addresses can hold.
    public init(directory: String, name: String, time: any TimeSource) throws(QMPError) {
        let place = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard place >= 0 else { throw QMPError(.unreachable, "there is no directory \(directory)") }
        defer { Glibc.close(place) }
        let descriptor = socket(
            AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        guard descriptor >= 0 else {
            throw QMPError(.unreachable, "no more sockets: \(String(cString: strerror(errno)))")
        }
        let label = "\(directory)/\(name)"
        guard LineSocket.connect(descriptor, to: "/proc/self/fd/\(place)/\(name)") else {
            let reason = String(cString: strerror(errno))
            Glibc.close(descriptor)
            throw QMPError(.unreachable, "nobody listens on \(label): \(reason)")
        }
        state = Guarded(State(descriptor: descriptor))
        self.time = time
        self.label = label
    }

    deinit { close() }

    private static func connect(_ descriptor: Int32, to path: String) -> Bool {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else { return false }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }

    public func close() {
        state.withLock { state in
            if state.descriptor >= 0 { Glibc.close(state.descriptor) }
            state.descriptor = -1
        }
    }

    /// - Parameter deadline: by the uptime of the time source.
    public func send(_ line: [UInt8], by deadline: Duration) async throws(QMPError) {
        var rest = (line + [UInt8(ascii: "\n")])[...]
        while !rest.isEmpty {
            let bytes = rest
            let count = state.withLock { state in
                state.descriptor < 0
                    ? -Int(EPIPE)
                    : bytes.withUnsafeBytes {
                        let count = Glibc.send(state.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                        return count < 0 ? -Int(errno) : count
                    }
            }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if count == -Int(EAGAIN) || count == -Int(EINTR) {
                try await pause(.milliseconds(2), by: deadline)
            } else {
                throw QMPError(.closed, "the connection to \(label) has ended")
            }
        }
    }

    /// The next line, if one is there already.
    public func receivedLine() throws(QMPError) -> [UInt8]? {
        let (line, isBroken): ([UInt8]?, Bool) = state.withLock { state in
            LineSocket.fill(&state)
            if let line = LineSocket.takeLine(&state) { return (line, false) }
            return (nil, state.isAtEnd || state.received.count > LineSocket.lineLimit)
        }
        if let line { return line }
        guard isBroken else { return nil }
        throw QMPError(.closed, "the connection to \(label) has ended")
    }

    public func receive(by deadline: Duration) async throws(QMPError) -> [UInt8] {
        var wait = Duration.microseconds(500)
        while true {
            if let line = try receivedLine() { return line }
            try await pause(wait, by: deadline)
            wait = min(wait * 2, .milliseconds(10))
        }
    }

    private func pause(_ duration: Duration, by deadline: Duration) async throws(QMPError) {
        guard time.uptime < deadline else { throw QMPError(.timedOut, "\(label) did not answer in time") }
        do {
            try await time.sleep(for: duration)
        } catch {
            throw QMPError(.cancelled, "cancelled while it waited for \(label)")
        }
    }

    private static func fill(_ state: inout State) {
        guard state.descriptor >= 0 else {
            state.isAtEnd = true
            return
        }
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while state.received.count <= lineLimit {
            let count = recv(state.descriptor, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            if count < 0, errno == EAGAIN { return }
            guard count > 0 else {
                state.isAtEnd = true
                return
            }
            state.received += buffer[..<count]
        }
    }

    private static func takeLine(_ state: inout State) -> [UInt8]? {
        guard let end = state.received[state.searched...].firstIndex(of: UInt8(ascii: "\n")) else {
            state.searched = state.received.count
            return nil
        }
        var line = state.received[..<end]
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        let taken = Array(line)
        state.received.removeFirst(end + 1)
        state.searched = 0
        return taken
    }
}
