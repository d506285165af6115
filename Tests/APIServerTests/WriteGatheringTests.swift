import NIOCore
import NIOEmbedded
import Testing

@testable import APIServer

@Suite struct WriteGatheringTests {
    private func outbound(_ channel: EmbeddedChannel) throws -> [String] {
        var pieces: [String] = []
        while let piece = try channel.readOutbound(as: ByteBuffer.self) { pieces.append(String(buffer: piece)) }
        return pieces
    }

    @Test func `what is written between two flushes goes out as one piece, and each write is told of`() throws {
        let channel = EmbeddedChannel(handler: WriteGathering())
        var told = 0
        for text in ["5\r\n", "hello", "\r\n"] {
            channel.write(ByteBuffer(string: text)).assumeIsolated().whenSuccess { told += 1 }
        }
        #expect(try outbound(channel).isEmpty && told == 0)
        channel.flush()
        #expect(try outbound(channel) == ["5\r\nhello\r\n"] && told == 3)
        channel.writeAndFlush(ByteBuffer(string: "next"), promise: nil)
        #expect(try outbound(channel) == ["next"])
        _ = try channel.finish()
    }

    @Test func `large pieces go through as they are, in their order`() throws {
        let channel = EmbeddedChannel(handler: WriteGathering())
        let large = String(repeating: "x", count: 20_000)
        for text in ["head", large, "a", "b"] { channel.write(ByteBuffer(string: text), promise: nil) }
        channel.flush()
        #expect(try outbound(channel) == ["head", large, "ab"])
        let record = String(repeating: "y", count: 10_000)
        for text in [record, record] { channel.write(ByteBuffer(string: text), promise: nil) }
        channel.flush()
        #expect(try outbound(channel) == [record, record])
        _ = try channel.finish()
    }
}
