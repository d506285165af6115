import Ambient

/// Turns chunks of bytes into text; a character that is cut by the end of a chunk waits for the next one.
final class UTF8Chunks: Sendable {
    private let rest = Guarded<[UInt8]>([])
    private let output: @Sendable (String) -> Void

    init(_ output: @escaping @Sendable (String) -> Void) { self.output = output }

    func append(_ chunk: [UInt8]) {
        let text = rest.withLock { rest in
            rest += chunk
            let cut = UTF8Chunks.incompleteTail(of: rest)
            let complete = Array(rest.dropLast(cut))
            rest.removeFirst(complete.count)
            return String(decoding: complete, as: UTF8.self)
        }
        if !text.isEmpty { output(text) }
    }

    /// Writes what is left over, which is no whole character.
    func finish() {
        let left = rest.withLock { rest in
            let left = rest
            rest = []
            return left
        }
        if !left.isEmpty { output(String(decoding: left, as: UTF8.self)) }
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
