/// Frames on their way out: whole messages.
public struct WebSocketFrame: Sendable {
    private let mask: [UInt8]?

    /// What a server sends.
    public static let ofServer = WebSocketFrame(mask: nil)

    /// What a client sends.
    ///
    /// - Parameter mask: 32 random bits, others for each frame.
    public static func ofClient(mask: UInt32) -> WebSocketFrame {
        WebSocketFrame(mask: (0..<4).map { UInt8(truncatingIfNeeded: mask >> (24 - 8 * $0)) })
    }

    public func data(_ payload: [UInt8]) -> [UInt8] { frame(2, payload) }
    public func pong(_ payload: [UInt8]) -> [UInt8] { frame(10, payload) }

    /// - Parameter code: of RFC 6455, 7.4.1; 1000 is the normal one.
    public func close(_ code: UInt16 = 1000) -> [UInt8] { frame(8, [UInt8(code >> 8), UInt8(code & 0xFF)]) }

    private func frame(_ opcode: UInt8, _ payload: [UInt8]) -> [UInt8] {
        let maskBit: UInt8 = mask == nil ? 0 : 0x80
        var frame: [UInt8] = [0x80 | opcode]
        switch payload.count {
        case ..<126: frame.append(maskBit | UInt8(payload.count))
        case ..<65_536: frame += [maskBit | 126, UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)]
        default:
            frame.append(maskBit | 127)
            frame += (0..<8).map { UInt8(truncatingIfNeeded: payload.count >> (56 - 8 * $0)) }
        }
        guard let mask else { return frame + payload }
        frame += mask
        frame.reserveCapacity(frame.count + payload.count)
        for (index, byte) in payload.enumerated() { frame.append(byte ^ mask[index & 3]) }
        return frame
    }
}
