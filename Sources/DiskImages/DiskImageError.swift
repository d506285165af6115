/// Why an image was not taken, found or removed.
public struct DiskImageError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Code: Sendable, Hashable {
        case notFound
        /// The file is not what it should be: truncated, corrupt, with a backing file, of another digest.
        case refused
        case inUse
        /// The disk is full, a program is missing, a file cannot be read.
        case failed
    }

    public let code: Code
    /// What happened, to which image, what to do.
    public let message: String

    public init(_ code: Code, _ message: String) {
        self.code = code
        self.message = message
    }

    public var description: String { message }
}
