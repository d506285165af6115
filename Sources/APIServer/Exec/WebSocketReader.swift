/// Reads the messages of a websocket's client (RFC 6455, section 5) out of the bytes that come in.
struct WebSocketReader {
    enum Message: Sendable, Hashable {
        /// Text or binary, put together of its fragments.
        case data([UInt8])
        case ping([UInt8])
        case close
    }

    /// Why the connection has to be closed: a code of RFC 6455, 7.4.1, and a sentence.
    struct Flaw: Error, Hashable {
        let code: UInt16
        let message: String

        static func protocolError(_ message: String) -> Flaw { Flaw(code: 1002, message: message) }
        static func tooBig(_ limit: Int) -> Flaw { Flaw(code: 1009, message: "a message has at most \(limit) bytes") }
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

    private let maxMessageBytes: Int
    private var bytes: ArraySlice<UInt8> = []
    /// Of a message whose last fragment is still to come.
    private var fragments: [UInt8]?

    init(maxMessageBytes: Int) { self.maxMessageBytes = maxMessageBytes }

    mutating func feed(_ new: [UInt8]) { bytes = bytes.isEmpty ? new[...] : ArraySlice(Array(bytes) + new) }

    /// nil: more bytes are needed.
    mutating func next() throws(Flaw) -> Message? {
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
        guard second & 0x80 != 0 else { throw .protocolError("a client masks its frames") }
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
        guard bytes.endIndex - position >= 4 + length else { return nil }
        let mask = Array(bytes[position..<position + 4])
        var payload = Array(bytes[(position + 4)..<(position + 4 + length)])
        for index in payload.indices { payload[index] ^= mask[index & 3] }
        bytes = bytes[(position + 4 + length)...]
        return Frame(isFinal: isFinal, opcode: opcode, payload: payload)
    }
}

/// The frames that the server sends: whole messages, not masked.
enum WebSocketFrame {
    static func data(_ payload: [UInt8]) -> [UInt8] { frame(2, payload) }
    static func pong(_ payload: [UInt8]) -> [UInt8] { frame(10, payload) }

    /// - Parameter code: of RFC 6455, 7.4.1; 1000 is the normal one.
    static func close(_ code: UInt16 = 1000) -> [UInt8] { frame(8, [UInt8(code >> 8), UInt8(code & 0xFF)]) }

    private static func frame(_ opcode: UInt8, _ payload: [UInt8]) -> [UInt8] {
        var frame: [UInt8] = [0x80 | opcode]
        switch payload.count {
        case ..<126: frame.append(UInt8(payload.count))
        case ..<65_536: frame += [126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        default: frame += [127] + (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
        }
        return frame + payload
    }
}
