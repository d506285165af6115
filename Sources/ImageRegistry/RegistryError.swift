/// What went wrong with a registry. The message is for people, and holds no secret.
public struct RegistryError: Error, Sendable, Hashable, CustomStringConvertible {
    public var message: String

    public init(_ message: String) { self.message = message }

    public var description: String { message }
}
