/// A piece of what a container or a command in it wrote.
public struct OutputChunk: Sendable, Hashable {
    public enum Source: UInt8, Sendable, Hashable {
        case standardInput = 0
        case standardOutput = 1
        case standardError = 2
    }

    public let source: Source
    public let bytes: [UInt8]

    public init(source: Source, bytes: [UInt8]) {
        self.source = source
        self.bytes = bytes
    }
}

/// The engine's multiplexed stream: frames of an 8-byte header (source, three zero bytes, length as big-endian 32 bits)
/// and a payload. A payload is passed on in pieces as it comes, so that no frame is ever held whole.
struct OutputDecoder: StreamDecoder {
    private var buffer: ArraySlice<UInt8> = []
    private var source = OutputChunk.Source.standardOutput
    private var left = 0

    mutating func feed(_ bytes: [UInt8]) {
        buffer = buffer.isEmpty ? bytes[...] : ArraySlice(Array(buffer) + bytes)
    }

    mutating func next() throws(StreamFlaw) -> OutputChunk? {
        while left == 0 {
            guard buffer.count >= 8 else { return nil }
            let header = Array(buffer.prefix(8))
            guard let source = OutputChunk.Source(rawValue: header[0]), header[1...3].allSatisfy({ $0 == 0 }) else {
                throw StreamFlaw(message: "the output is not a multiplexed stream; was the container made with a TTY?")
            }
            self.source = source
            left = header[4...].reduce(0) { $0 << 8 | Int($1) }
            buffer = buffer.dropFirst(8)
        }
        guard !buffer.isEmpty else { return nil }
        let piece = buffer.prefix(left)
        buffer = buffer.dropFirst(piece.count)
        left -= piece.count
        return OutputChunk(source: source, bytes: Array(piece))
    }

    mutating func last() throws(StreamFlaw) -> OutputChunk? {
        if let chunk = try next() { return chunk }
        guard left == 0, buffer.isEmpty else { throw StreamFlaw(message: "the output ends in the middle of a frame") }
        return nil
    }
}
