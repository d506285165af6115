public import ResourceAPI

/// What the process ends with.
///
/// `plan` uses the same numbers as `terraform plan -detailed-exitcode`: 0 no changes, 1 an error, 2 changes; a usage
/// error of `plan` is therefore 1. `diff` uses those of kubectl: 0 no differences, 1 differences, more an error.
///
/// `exec` ends with the status of the command that it ran.
public struct CommandStatus: RawRepresentable, Sendable, Hashable {
    public var rawValue: Int32

    public static let success = CommandStatus(rawValue: 0)
    public static let failed = CommandStatus(rawValue: 1)
    /// The command line makes no sense; for `plan`: there are changes.
    public static let usage = CommandStatus(rawValue: 2)
    /// No server answered.
    public static let noServer = CommandStatus(rawValue: 3)
    /// The object changed meanwhile, somebody else manages the field, or the version is stale.
    public static let conflict = CommandStatus(rawValue: 4)

    /// `plan` found changes.
    public static let changes = CommandStatus.usage
    /// `diff` found differences.
    public static let differences = CommandStatus.failed
    /// `diff` could not compare.
    static let trouble = CommandStatus.usage

    public init(rawValue: Int32) { self.rawValue = rawValue }

    /// Of a command that ran elsewhere. A process's status has 8 bits, and a failure must not become 0.
    init(_ exitCode: Int) { rawValue = (0...255).contains(exitCode) ? Int32(exitCode) : 255 }

    public init(_ status: APIStatus) {
        switch status.reason {
        case .unreachable: self = .noServer
        case .conflict, .alreadyExists, .gone, .expired: self = .conflict
        case .badRequest, .unauthorized, .forbidden, .notFound, .methodNotAllowed, .notAcceptable,
            .requestEntityTooLarge, .unsupportedMediaType, .invalid, .tooManyRequests, .internalError,
            .serviceUnavailable, .timeout, .unknown:
            self = .failed
        }
    }

    /// The status of several results: the first failure counts.
    func joined(with other: CommandStatus) -> CommandStatus { self == .success ? other : self }
}
