/// Why a provider could not do what it was asked; the code decides on retry, wait or stalled.
public struct ProviderError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Code: String, Sendable, Hashable, CaseIterable {
        /// The engine cannot be reached; nothing was done.
        case unreachable = "ProviderUnreachable"
        /// The request was sent and no answer came: only a confirming read tells.
        case unknownOutcome = "UnknownOutcome"
        /// The identity marker is missing or another one (law L2): no effect, no receipt.
        case identityMismatch = "ProviderIdentityChanged"
        case notFound = "NotFound"
        /// The deterministic name belongs to another uid or epoch: the fence holds, wait.
        case nameTaken = "NameTaken"
        /// It ran once and exited; it is not started again.
        case alreadyExited = "AlreadyExited"
        case volumeInUse = "VolumeInUse"
        /// The instance does not unmount a volume, and has it mounted still.
        case detachRefused = "DetachRefused"
        case imageNotFound = "ImageNotFound"
        case pullFailed = "ImagePullFailed"
        /// Refused because of image or template: command not found, exec format, permission, mount path. Evidence
        /// against the revision.
        case startRefused = "StartRefused"
        case portTaken = "PortTaken"
        case quota = "QuotaExceeded"
        /// The engine answered with an error that says nothing about the revision.
        case engineFailed = "EngineFailed"
        case notSupported = "NotSupported"
        case cancelled = "Cancelled"
    }

    public let code: Code
    /// What happened, where, what to do; never holds secrets.
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }

    /// Whether this is evidence against the revision, as opposed to could-not-try.
    public var blamesRevision: Bool { code == .startRefused }
}
