public import Ambient
public import JSON

/// A session with a QEMU process over its machine protocol (https://www.qemu.org/docs/master/interop/qmp-spec.html).
///
/// A QMP socket serves one client at a time: a second one waits in the socket's queue until the first is closed, and its
/// opening is bounded like every exchange. One task at a time.
public final class QMPClient: Sendable {
    private let socket: LineSocket
    private let time: any TimeSource
    private let state = Guarded<(next: Int, events: [QMPEvent])>((1, []))

    /// What QEMU said of itself: `7.2.22`.
    public let version: String

    /// How many events are kept for whoever asks; of more the oldest go.
    private static let eventLimit = 1000

    /// Connects to the socket `name` in a directory, and does the handshake.
    public static func open(
        directory: String, name: String, time: any TimeSource, timeout: Duration = .seconds(10)
    ) async throws(QMPError) -> QMPClient {
        let deadline = time.uptime + timeout
        let socket = try LineSocket(directory: directory, name: name, time: time)
        let greeting = try parse(try await socket.receive(by: deadline))
        guard let numbers = greeting[path: ["QMP", "version", "qemu"]] else {
            throw QMPError(.malformed, "\(directory)/\(name) greets with no version of QEMU")
        }
        let version = ["major", "minor", "micro"].map { String(numbers[$0]?.intValue ?? 0) }.joined(separator: ".")
        let client = QMPClient(socket, version: version, time: time)
        try await client.execute("qmp_capabilities", timeout: timeout)
        return client
    }

    private init(_ socket: LineSocket, version: String, time: any TimeSource) {
        self.socket = socket
        self.version = version
        self.time = time
    }

    public func close() { socket.close() }

    /// Runs a command and returns its result. Events that come meanwhile are kept.
    @discardableResult public func execute(
        _ command: String, _ arguments: JSONValue? = nil, timeout: Duration = .seconds(10)
    ) async throws(QMPError) -> JSONValue {
        let deadline = time.uptime + timeout
        let id = state.withLock { state in
            defer { state.next += 1 }
            return state.next
        }
        var message: JSONValue = ["execute": .string(command), "id": .int(Int64(id))]
        if let arguments { message["arguments"] = arguments }
        try await socket.send(message.encoded(), by: deadline)
        while true {
            let answer = try QMPClient.parse(try await socket.receive(by: deadline))
            if keep(answer) { continue }
            // An answer to a command that was given up.
            guard answer["id"]?.intValue == Int64(id) else { continue }
            if let result = answer["return"] { return result }
            guard let error = answer["error"] else {
                throw QMPError(.malformed, "the answer to \(command) is neither a result nor an error")
            }
            throw QMPError(
                .refused(class: error["class"]?.stringValue ?? ""),
                "\(command): \(error["desc"]?.stringValue ?? "refused without a reason")")
        }
    }

    /// The first event, of those that came since the session began or come until the time is over, that `matches`; it is taken.
    public func event(
        timeout: Duration, _ matches: @Sendable (QMPEvent) -> Bool
    ) async throws(QMPError) -> QMPEvent {
        let deadline = time.uptime + timeout
        while true {
            let found: QMPEvent? = state.withLock { state in
                state.events.firstIndex(where: matches).map { state.events.remove(at: $0) }
            }
            if let found { return found }
            let message = try QMPClient.parse(try await socket.receive(by: deadline))
            _ = keep(message)
        }
    }

    private func keep(_ message: JSONValue) -> Bool {
        guard let name = message["event"]?.stringValue else { return false }
        let event = QMPEvent(name: name, data: message["data"] ?? .object(JSONObject()))
        state.withLock { state in
            state.events.append(event)
            if state.events.count > QMPClient.eventLimit { state.events.removeFirst() }
        }
        return true
    }

    private static func parse(_ line: [UInt8]) throws(QMPError) -> JSONValue {
        do throws(JSONError) {
            return try JSONValue(parsing: line)
        } catch {
            throw QMPError(.malformed, "QEMU wrote what is no JSON: \(error)")
        }
    }
}

/// Something that happened in a machine: `SHUTDOWN`, `DEVICE_DELETED` …
public struct QMPEvent: Sendable, Hashable {
    public let name: String
    public let data: JSONValue

    public init(name: String, data: JSONValue) {
        self.name = name
        self.data = data
    }
}
