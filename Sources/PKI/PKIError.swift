/// Why certificates or keys cannot be made, read or kept: what, which file, and what to do.
public struct PKIError: Error, Sendable, Hashable, CustomStringConvertible {
    public let message: String

    public init(_ message: String) { self.message = message }

    public var description: String { message }
}
