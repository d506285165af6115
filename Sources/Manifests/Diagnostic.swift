/// A place in a text: line and column, both from 1. Columns count Unicode scalars.
public struct Position: Sendable, Hashable, Comparable {
    private let packedLine: UInt32
    private let packedColumn: UInt32

    public var line: Int { Int(packedLine) }
    public var column: Int { Int(packedColumn) }

    public init(line: Int, column: Int) {
        packedLine = UInt32(clamping: line)
        packedColumn = UInt32(clamping: column)
    }

    /// Stands for a whole input, where no line can be named: a file that cannot be read.
    public static let whole = Position(line: 0, column: 0)

    public static func < (left: Position, right: Position) -> Bool {
        (left.packedLine, left.packedColumn) < (right.packedLine, right.packedColumn)
    }
}

/// Something wrong with a manifest: where, what, and what to do.
public struct Diagnostic: Sendable, Hashable, CustomStringConvertible {
    /// As the caller named the input; `<stdin>` for standard input.
    public var file: String
    /// ``Position/whole`` when it is about the file as such.
    public var position: Position
    public var message: String
    public var hint: String?

    public var line: Int { position.line }
    public var column: Int { position.column }

    public init(file: String, position: Position, message: String, hint: String? = nil) {
        self.file = file
        self.position = position
        self.message = message
        self.hint = hint
    }

    /// `file:line:column: message (hint)`, or `file: message (hint)`.
    public var description: String {
        let place = position == .whole ? file : "\(file):\(line):\(column)"
        return "\(place): \(message)" + (hint.map { " (\($0))" } ?? "")
    }
}
