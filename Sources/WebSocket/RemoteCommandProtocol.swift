public import JSON

/// Kubernetes' subprotocols of a websocket that carries a command's streams: the first byte of each message names its
/// stream. The fifth version can also close a stream.
public enum RemoteCommandProtocol: String, Sendable, CaseIterable {
    case v5 = "v5.channel.k8s.io"
    case v4 = "v4.channel.k8s.io"

    public enum Channel: UInt8, Sendable {
        case stdin = 0
        case stdout = 1
        case stderr = 2
        case error = 3
        case resize = 4
        case close = 255
    }

    /// What a client says.
    public enum Message: Sendable, Hashable {
        case input([UInt8])
        case endOfInput
        case resize(columns: Int, rows: Int)
        /// An empty one, or one that says nothing to us.
        case nothing
    }

    /// The newest of those that a client offers in `Sec-WebSocket-Protocol`; nil: none is known here.
    public init?(offered: [String]) {
        let names = offered.flatMap { $0.utf8.split { $0 == 0x2C || $0 == 0x20 || $0 == 0x09 } }.map {
            String(Substring($0))
        }
        guard let chosen = RemoteCommandProtocol.allCases.first(where: { names.contains($0.rawValue) }) else {
            return nil
        }
        self = chosen
    }

    /// What a message of the client's says.
    public func read(_ message: [UInt8]) -> Message {
        guard let first = message.first, let channel = Channel(rawValue: first) else { return .nothing }
        let payload = Array(message.dropFirst())
        switch channel {
        case .stdin: return payload.isEmpty ? .nothing : .input(payload)
        case .close where self == .v5 && payload == [Channel.stdin.rawValue]: return .endOfInput
        case .resize:
            guard let size = try? JSONValue(parsing: payload),
                let columns = size["Width"]?.intValue, let rows = size["Height"]?.intValue,
                (1...65_535).contains(columns), (1...65_535).contains(rows)
            else { return .nothing }
            return .resize(columns: Int(columns), rows: Int(rows))
        case .stdout, .stderr, .error, .close: return .nothing
        }
    }

    public static func message(_ channel: Channel, _ bytes: [UInt8]) -> [UInt8] { [channel.rawValue] + bytes }

    /// The message that says the end of stdin; nil: this version cannot say it.
    public var endOfInput: [UInt8]? {
        self == .v5 ? RemoteCommandProtocol.message(.close, [Channel.stdin.rawValue]) : nil
    }

    /// The message that tells a terminal's new size.
    public static func resize(columns: Int, rows: Int) -> [UInt8] {
        let size: JSONValue = ["Width": .int(Int64(columns)), "Height": .int(Int64(rows))]
        return message(.resize, size.encoded())
    }

    /// The `Status` of the error channel for a command that ended.
    public static func status(exitCode: Int) -> JSONValue {
        let head: JSONValue = ["kind": "Status", "apiVersion": "v1", "metadata": [:]]
        var status = head
        guard exitCode != 0 else {
            status["status"] = "Success"
            return status
        }
        status["status"] = "Failure"
        status["reason"] = "NonZeroExitCode"
        status["message"] = .string("command terminated with non-zero exit code: exit status \(exitCode)")
        status["details"] = ["causes": [["reason": "ExitCode", "message": .string(String(exitCode))]]]
        return status
    }

    /// The exit code that a `Status` of the error channel tells; nil when it tells of another failure.
    public static func exitCode(in status: JSONValue) -> Int? {
        if status["status"]?.stringValue == "Success" { return 0 }
        guard status["reason"]?.stringValue == "NonZeroExitCode" else { return nil }
        let cause = status[path: ["details", "causes"]]?.arrayValue?.first { $0["reason"]?.stringValue == "ExitCode" }
        return cause?["message"]?.stringValue.flatMap { Int($0) }
    }
}
