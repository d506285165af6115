import Testing
import WebSocket

@Suite struct WebSocketReaderTests {
    private func masked(_ first: UInt8, _ payload: [UInt8]) -> [UInt8] {
        var length: [UInt8] = [0x80 | UInt8(min(payload.count, 126))]
        if payload.count >= 126 { length += [UInt8(payload.count >> 8), UInt8(payload.count & 0xFF)] }
        let mask: [UInt8] = [9, 8, 7, 6]
        return [first] + length + mask + payload.enumerated().map { $1 ^ mask[$0 & 3] }
    }

    private func messages(_ bytes: [UInt8], by count: Int, limit: Int = 1000) throws -> [WebSocketReader.Message] {
        var reader = WebSocketReader(from: .client, maxMessageBytes: limit)
        var messages: [WebSocketReader.Message] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            reader.feed(Array(rest.prefix(count)))
            rest = rest.dropFirst(count)
            while let message = try reader.next() { messages.append(message) }
        }
        return messages
    }

    @Test(arguments: [1, 2, 7, 5000]) func `messages come whole, however the bytes come`(count: Int) throws {
        let long = [UInt8](repeating: 7, count: 300)
        let bytes =
            masked(0x82, [1, 2]) + masked(0x02, [3]) + masked(0x89, [5]) + masked(0x80, [4]) + masked(0x82, long)
            + masked(0x8A, []) + masked(0x88, [])
        #expect(
            try messages(bytes, by: count) == [.data([1, 2]), .ping([5]), .data([3, 4]), .data(long), .close])
    }

    @Test(
        arguments: [
            ([0x82, 0x01, 0x00], 1002), ([0xC2, 0x80, 0, 0, 0, 0], 1002), ([0x83, 0x80, 0, 0, 0, 0], 1002),
            ([0x80, 0x80, 0, 0, 0, 0], 1002), ([0x09, 0x80, 0, 0, 0, 0], 1002),
            ([0x82, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], 1009),
        ] as [([UInt8], UInt16)])
    func `what breaks the protocol is refused with its code`(bytes: [UInt8], code: UInt16) {
        #expect {
            _ = try messages(bytes, by: 100)
        } throws: { error in
            (error as? WebSocketReader.Flaw)?.code == code
        }
    }

    @Test func `fragments together keep to the limit`() {
        let bytes = masked(0x02, [UInt8](repeating: 1, count: 9)) + masked(0x80, [UInt8](repeating: 1, count: 9))
        #expect(throws: WebSocketReader.Flaw.tooBig(10)) { try messages(bytes, by: 100, limit: 10) }
    }
}
