import Glibc

/// A file or directory could not be made, written or read.
public struct FileFailure: Error, Sendable, Hashable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) {
        self.description = description
    }

    /// With what the system says about the last call.
    init(_ what: String, _ path: String, _ code: Int32 = errno) {
        description = "\(what) \(path): \(String(cString: strerror(code)))"
    }
}
