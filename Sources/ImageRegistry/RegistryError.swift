/// What went wrong with a registry. The message is for people, and holds no secret.
public struct RegistryError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Kind: Sendable, Hashable {
        /// No answer, or one that broke off; trying again may help.
        case unreachable
        /// The registry, or the server of its tokens, does not let us in.
        case denied
        /// There is no such repository or tag.
        case notFound
        /// More than the limit that the message names.
        case tooLarge
        /// Too many questions for now.
        case limited
        /// An answer that a registry must not give, or one that we do not follow.
        case refused
    }

    public var kind: Kind
    public var message: String

    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    public var description: String { message }
}
