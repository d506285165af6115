import JSON

/// The places of all nodes of a JSON text that the strict scanner has accepted; so nothing is checked again here.
struct JSONPositions {
    private let bytes: UnsafeBufferPointer<UInt8>
    private var offset = 0
    private var line = 1
    private var column = 1

    static func positions(in bytes: UnsafeBufferPointer<UInt8>) -> PositionTree {
        var reader = JSONPositions(bytes: bytes)
        return reader.value()
    }

    private init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    private var here: Position { Position(line: line, column: column) }
    private var next: UInt8 { offset < bytes.count ? bytes[offset] : UInt8(ascii: "]") }

    private mutating func value() -> PositionTree {
        skipSpace()
        let start = here
        switch next {
        case UInt8(ascii: "{"): return PositionTree(start, .fields(fields()))
        case UInt8(ascii: "["): return PositionTree(start, .elements(elements()))
        case UInt8(ascii: "\""): skipString()
        default:
            while offset < bytes.count, !",]} \n\r\t".utf8.contains(next) { advance() }
        }
        return PositionTree(start)
    }

    private mutating func fields() -> [PositionTree.Field] {
        var fields: [PositionTree.Field] = []
        advance()
        skipSpace()
        while next == UInt8(ascii: "\"") {
            let position = here
            let key = key()
            skipSpace()
            advance()
            fields.append(PositionTree.Field(key: key, position: position, value: value()))
            skipSeparator()
        }
        advance()
        return fields
    }

    private mutating func elements() -> [PositionTree] {
        var elements: [PositionTree] = []
        advance()
        skipSpace()
        while next != UInt8(ascii: "]") {
            elements.append(value())
            skipSeparator()
        }
        advance()
        return elements
    }

    private mutating func key() -> String {
        let start = offset
        skipString()
        let text = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[start..<offset])
        return (try? JSONValue(parsing: text))?.stringValue ?? ""
    }

    private mutating func skipString() {
        advance()
        while offset < bytes.count, next != UInt8(ascii: "\"") {
            if next == UInt8(ascii: "\\") { advance() }
            advance()
        }
        advance()
    }

    private mutating func skipSeparator() {
        skipSpace()
        if next == UInt8(ascii: ",") {
            advance()
            skipSpace()
        }
    }

    private mutating func skipSpace() {
        while offset < bytes.count, next <= 0x20 { advance() }
    }

    private mutating func advance() {
        guard offset < bytes.count else { return }
        if bytes[offset] == UInt8(ascii: "\n") {
            line += 1
            column = 1
        } else if bytes[offset] & 0xC0 != 0x80 {
            column += 1
        }
        offset += 1
    }
}
