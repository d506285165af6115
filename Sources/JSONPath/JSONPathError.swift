/// Why a text is no JSONPath of kubectl's dialect, or why it cannot be followed in a value.
public struct JSONPathError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What to decide on; `message` is for people.
    public enum Code: String, Sendable, Hashable {
        /// The text is not of the dialect.
        case syntax
        /// A step does not fit the value it meets: an index beyond a list, a filter on something that is no list.
        case mismatch
        /// The text, the work or the output is beyond the limits.
        case tooLarge
    }

    public let code: Code
    /// Where in the text, in Unicode scalars from 0; nil when the fault lies in the value.
    public let offset: Int?
    /// A sentence without the place.
    public let message: String

    public var description: String { offset.map { "at character \($0 + 1): \(message)" } ?? message }

    static func syntax(_ offset: Int, _ message: String) -> JSONPathError {
        JSONPathError(code: .syntax, offset: offset, message: message)
    }

    static func mismatch(_ message: String) -> JSONPathError {
        JSONPathError(code: .mismatch, offset: nil, message: message)
    }

    static func tooLarge(_ message: String) -> JSONPathError {
        JSONPathError(code: .tooLarge, offset: nil, message: message)
    }
}
