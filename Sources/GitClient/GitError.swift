/// What went wrong with a repository. The message is for people, and holds no secret.
public struct GitError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Kind: Sendable, Hashable {
        /// The server does not answer, or broke off; trying again may help.
        case unreachable
        /// The server does not let us in, or is not the one that it should be.
        case denied
        /// There is no such repository, branch, tag, commit or path.
        case notFound
        /// More than the limit that the message names.
        case tooLarge
        case timedOut
        /// No signature, a bad one, or one of nobody who may sign.
        case unverified
        /// The server refuses a push, or its branch has moved.
        case rejected
        /// Something in the repository is refused: a name that is no text, a broken object.
        case refused
        /// git itself: it is not there, or fails in a way of its own.
        case failed
    }

    public var kind: Kind
    public var message: String

    public init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    public var description: String { message }
}
