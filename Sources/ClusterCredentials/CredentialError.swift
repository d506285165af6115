/// Why there are no credentials: what is wrong with a kubeconfig, a file or a program, and what to do. Never holds a secret.
public struct CredentialError: Error, Sendable, Hashable, CustomStringConvertible {
    public let message: String

    public init(_ message: String) { self.message = message }

    public var description: String { message }
}
