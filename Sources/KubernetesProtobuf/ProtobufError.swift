/// Why bytes are not an object of Kubernetes in protobuf.
public struct ProtobufError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Code: String, Sendable, Hashable {
        /// The bytes do not follow the format.
        case malformed
        /// The format is followed, and what it holds is none of the kinds that are known here.
        case unknownKind
        /// More values than a body may hold.
        case tooLarge
    }

    public let code: Code
    /// Of the byte at fault, from the start of the body.
    public let offset: Int
    public let message: String

    init(_ code: Code, at offset: Int, _ message: String) {
        self.code = code
        self.offset = offset
        self.message = message
    }

    public var description: String { "byte \(offset): \(message)" }
}
