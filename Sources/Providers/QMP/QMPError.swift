/// Why a QEMU machine protocol exchange failed.
public struct QMPError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Kind: Sendable, Hashable {
        /// Nobody listens: the machine's process is gone, or was not there yet.
        case unreachable
        /// The connection ended in the midst of an exchange.
        case closed
        case timedOut
        /// QEMU answered with an error of this class (`GenericError`, `DeviceNotFound` …).
        case refused(class: String)
        /// What came is not the protocol.
        case malformed
        case cancelled
    }

    public let kind: Kind
    public let message: String

    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    public var description: String { message }
}
