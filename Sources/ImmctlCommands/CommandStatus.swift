public import ResourceAPI

/// What the process ends with.
///
/// `plan` uses the same numbers as `terraform plan -detailed-exitcode`: 0 no changes, 1 an error, 2 changes; a usage
/// error of `plan` is therefore 1. `diff` uses those of kubectl: 0 no differences, 1 differences, more an error.
public enum CommandStatus: Int32, Sendable, Hashable, CaseIterable {
    case success = 0
    case failed = 1
    /// The command line makes no sense; for `plan`: there are changes.
    case usage = 2
    /// No server answered.
    case noServer = 3
    /// The object changed meanwhile, somebody else manages the field, or the version is stale.
    case conflict = 4

    /// `plan` found changes.
    public static let changes = CommandStatus.usage
    /// `diff` found differences.
    public static let differences = CommandStatus.failed
    /// `diff` could not compare.
    static let trouble = CommandStatus.usage

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
