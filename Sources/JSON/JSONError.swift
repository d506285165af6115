/// Why a text is not the JSON we accept, and where.
public struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What to decide on; `message` is for people.
    public enum Code: String, Sendable, Hashable {
        case endOfInput
        case unexpectedCharacter
        case invalidNumber
        case numberOutOfRange
        case invalidEscape
        case loneSurrogate
        case controlCharacter
        case invalidUTF8
        case duplicateKey
        case trailingData
        case tooDeep
        case tooLarge
    }

    public let code: Code
    /// Bytes before the fault, from 0.
    public let offset: Int
    /// From 1; lines end with a line feed.
    public let line: Int
    /// From 1, in Unicode scalars.
    public let column: Int
    public let message: String

    public var description: String { "line \(line), column \(column): \(message)" }

    init(_ failure: JSONFailure, in bytes: UnsafeRawBufferPointer) {
        code = failure.code
        offset = min(failure.offset, bytes.count)
        message = failure.message
        var line = 1
        var column = 1
        for byte in bytes[..<offset] {
            if byte == UInt8(ascii: "\n") {
                line += 1
                column = 1
            } else if byte & 0xC0 != 0x80 {
                // Continuation bytes of UTF-8 belong to the scalar before them.
                column += 1
            }
        }
        self.line = line
        self.column = column
    }
}

/// How much of a text the scanner is willing to read.
public struct JSONLimits: Sendable, Hashable {
    /// Arrays and objects inside one another.
    public var maximumDepth: Int
    public var maximumBytes: Int

    /// Depth 128 and 64 MiB: above anything that Kubernetes clients send, and lists of whole fleets still fit.
    public static let `default` = JSONLimits()

    public init(maximumDepth: Int = 128, maximumBytes: Int = 64 << 20) {
        self.maximumDepth = maximumDepth
        self.maximumBytes = maximumBytes
    }
}

/// A fault as the scanner throws it: line and column are counted only when somebody will see them.
struct JSONFailure: Error {
    let code: JSONError.Code
    let offset: Int
    let message: String
}
