/// Why the server cannot listen: what is wrong with the address, and what to do.
public struct ListenError: Error, Sendable, Hashable, CustomStringConvertible {
    public let message: String

    init(_ message: String) { self.message = message }

    public var description: String { message }
}
