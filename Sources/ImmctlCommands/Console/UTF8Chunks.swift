/// Turns chunks of bytes into text; a character that is cut by the end of a chunk waits for the next one.
struct UTF8Chunks: Sendable {
    private var rest: [UInt8] = []

    /// The text that is complete with `chunk`.
    mutating func append(_ chunk: [UInt8]) -> String {
        rest += chunk
        let complete = rest.count - UTF8Chunks.incompleteTail(of: rest)
        defer { rest.removeFirst(complete) }
        return String(decoding: rest.prefix(complete), as: UTF8.self)
    }

    /// What is left over, which is no whole character.
    mutating func finish() -> String {
        defer { rest = [] }
        return String(decoding: rest, as: UTF8.self)
    }

    /// Number of bytes at the end that begin a character and do not finish it.
    private static func incompleteTail(of bytes: [UInt8]) -> Int {
        for back in 1...3 where back <= bytes.count {
            let byte = bytes[bytes.count - back]
            if byte & 0xC0 == 0x80 { continue }
            let length = byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
            return length > back ? back : 0
        }
        return 0
    }
}
