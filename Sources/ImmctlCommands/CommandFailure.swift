public import ResourceAPI

/// Why a command failed: what happened, what to do, and the exit status that says it to scripts.
public struct CommandFailure: Error, Sendable, Hashable, CustomStringConvertible {
    public var status: CommandStatus
    /// One sentence, or a multi-line list of diagnostics; printed after `error: `.
    public var message: String
    /// What to do about it; each is printed on a line of its own.
    public var hints: [String]

    public init(_ status: CommandStatus, _ message: String, hints: [String] = []) {
        self.status = status
        self.message = message
        self.hints = hints
    }

    /// A failed request. `action` says what was tried: `get instanceset.imm.dev/web`.
    public init(_ error: APIStatus, while action: String) {
        self.init(CommandStatus(error), "\(action): \(error.message)", hints: CommandFailure.hints(for: error))
    }

    static func usage(_ message: String, hints: [String] = []) -> CommandFailure {
        CommandFailure(.usage, message, hints: hints)
    }

    public var description: String { message }

    private static func hints(for error: APIStatus) -> [String] {
        switch error.reason {
        case .unreachable:
            ["start the server with `immd`, or say where it is: --server, --socket, IMM_SERVER or IMM_SOCKET"]
        case .conflict where error.causes.contains { $0.reason == "FieldManagerConflict" }:
            ["take the fields over with --force-conflicts, or leave them out of the manifest"]
        case .conflict: ["somebody changed the object meanwhile: look at it again, and repeat the command"]
        case .unauthorized, .forbidden: ["the server knows who asks by the socket or token that is used"]
        default: []
        }
    }
}
