internal import JSON

/// One JSON value a line, as `/events`, `/images/create` and `/build` send them.
struct JSONLinesDecoder: StreamDecoder {
    /// The longest line that is waited for, in bytes.
    static let maxLineBytes = 4 << 20

    private var buffer: ArraySlice<UInt8> = []
    /// How much of the buffer was searched for a line end already.
    private var searched = 0

    mutating func feed(_ bytes: [UInt8]) {
        if buffer.isEmpty {
            buffer = bytes[...]
        } else {
            buffer = ArraySlice(Array(buffer) + bytes)
        }
    }

    mutating func next() throws(StreamFlaw) -> JSONValue? {
        while let end = buffer.dropFirst(searched).firstIndex(of: UInt8(ascii: "\n")) {
            let line = buffer[..<end]
            buffer = buffer[(end + 1)...]
            searched = 0
            if let value = try parse(line) { return value }
        }
        searched = buffer.count
        guard searched <= JSONLinesDecoder.maxLineBytes else {
            throw StreamFlaw(message: "a line is longer than \(JSONLinesDecoder.maxLineBytes) bytes")
        }
        return nil
    }

    mutating func last() throws(StreamFlaw) -> JSONValue? {
        if let value = try next() { return value }
        let rest = buffer
        buffer = []
        searched = 0
        return try parse(rest)
    }

    private func parse(_ line: ArraySlice<UInt8>) throws(StreamFlaw) -> JSONValue? {
        if line.allSatisfy({ $0 <= 0x20 }) { return nil }
        do throws(JSONError) {
            return try JSONValue(parsing: Array(line))
        } catch {
            throw StreamFlaw(message: "a line is not JSON: \(error)")
        }
    }
}
