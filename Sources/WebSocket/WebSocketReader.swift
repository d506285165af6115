/// Reads the messages of a websocket's other side (RFC 6455, section 5) out of the bytes that come in.
public struct WebSocketReader: Sendable {
    public enum Message: Sendable, Hashable {
        /// Text or binary, put together of its fragments.
        case data([UInt8])
        case ping([UInt8])
        case close
    }

    /// Why the connection has to be closed: a code of RFC 6455, 7.4.1, and a sentence.
    public struct Flaw: Error, Sendable, Hashable {
        public let code: UInt16
        public let message: String

        static func protocolError(_ message: String) -> Flaw { Flaw(code: 1002, message: message) }
        public static func tooBig(_ limit: Int) -> Flaw {
            Flaw(code: 1009, message: "a message has at most \(limit) bytes")
        }
    }

    private enum Opcode: UInt8 {
        case continuation = 0
        case text = 1
        case binary = 2
        case close = 8
        case ping = 9
        case pong = 10

        var isControl: Bool { rawValue >= 8 }
    }

    private struct Frame {
        let isFinal: Bool
        let opcode: Opcode
        let payload: [UInt8]
    }

    private let source: WebSocketSide
    private let maxMessageBytes: Int
    private var bytes: ArraySlice<UInt8> = []
    /// Of a message whose last fragment is still to come.
    private var fragments: [UInt8]?

    /// - Parameter source: whose bytes are read.
    public init(from source: WebSocketSide, maxMessageBytes: Int) {
        self.source = source
        self.maxMessageBytes = maxMessageBytes
    }

    public mutating func feed(_ new: [UInt8]) { bytes = bytes.isEmpty ? new[...] : ArraySlice(Array(bytes) + new) }

    /// nil: more bytes are needed.
    public mutating func next() throws(Flaw) -> Message? {
        while let frame = try frame() {
            switch frame.opcode {
            case .ping: return .ping(frame.payload)
            case .pong: continue
            case .close: return .close
            case .text, .binary:
                guard fragments == nil else { throw .protocolError("a message began within another one") }
                if frame.isFinal { return .data(frame.payload) }
                fragments = frame.payload
            case .continuation:
                guard var whole = fragments else { throw .protocolError("a fragment belongs to no message") }
                whole += frame.payload
                guard whole.count <= maxMessageBytes else { throw .tooBig(maxMessageBytes) }
                fragments = frame.isFinal ? nil : whole
                if frame.isFinal { return .data(whole) }
            }
        }
        return nil
    }

    private mutating func frame() throws(Flaw) -> Frame? {
        guard bytes.count >= 2 else { return nil }
        let start = bytes.startIndex
        let (first, second) = (bytes[start], bytes[start + 1])
        guard first & 0x70 == 0, let opcode = Opcode(rawValue: first & 0x0F) else {
            throw .protocolError("a frame has bits that were not agreed on")
        }
        let isMasked = second & 0x80 != 0
        guard isMasked == (source == .client) else {
            throw .protocolError("a client masks its frames, and a server does not")
        }
        let isFinal = first & 0x80 != 0
        var length = Int(second & 0x7F)
        if opcode.isControl, !isFinal || length > 125 { throw .protocolError("a control frame is short and whole") }
        var position = start + 2
        if length >= 126 {
            let count = length == 126 ? 2 : 8
            guard bytes.count >= 2 + count else { return nil }
            let wide = bytes[position..<position + count].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            guard wide <= UInt64(maxMessageBytes) else { throw .tooBig(maxMessageBytes) }
            length = Int(wide)
            position += count
        }
        let maskLength = isMasked ? 4 : 0
        guard bytes.endIndex - position >= maskLength + length else { return nil }
        let mask = Array(bytes[position..<position + maskLength])
        position += maskLength
        var payload = Array(bytes[position..<position + length])
        if isMasked { for index in payload.indices { payload[index] ^= mask[index & 3] } }
        bytes = bytes[(position + length)...]
        return Frame(isFinal: isFinal, opcode: opcode, payload: payload)
    }
}
