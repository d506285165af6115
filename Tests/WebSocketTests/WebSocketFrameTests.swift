import JSON
import Testing
import WebSocket

@Suite struct WebSocketFrameTests {
    @Test(arguments: [0, 1, 125, 126, 65_535, 65_536]) func `what one side writes the other reads`(count: Int) throws {
        let payload = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
        for (side, frame) in [
            (WebSocketSide.server, WebSocketFrame.ofServer), (.client, .ofClient(mask: 0x0102_03F4)),
        ] {
            var reader = WebSocketReader(from: side, maxMessageBytes: 65_536)
            reader.feed(frame.data(payload) + frame.pong([1]) + frame.close())
            #expect(try reader.next() == .data(payload))
            #expect(try reader.next() == .close)
        }
    }

    @Test func `frames of the wrong side are refused`() {
        for (side, frame) in [
            (WebSocketSide.client, WebSocketFrame.ofServer), (.server, .ofClient(mask: 1)),
        ] {
            var reader = WebSocketReader(from: side, maxMessageBytes: 100)
            reader.feed(frame.data([1]))
            #expect(throws: WebSocketReader.Flaw.self) { try reader.next() }
        }
    }

    @Test func `the handshake's answer is that of the RFC's example`() {
        #expect(WebSocketHandshake.accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=")
    }

    @Test func `the exit code goes through a Status and back`() {
        for code in [0, 1, 137] {
            #expect(RemoteCommandProtocol.exitCode(in: RemoteCommandProtocol.status(exitCode: code)) == code)
        }
        #expect(RemoteCommandProtocol.exitCode(in: ["status": "Failure", "reason": "InternalError"]) == nil)
    }

    @Test func `a client's messages say what the server reads`() throws {
        let v5 = RemoteCommandProtocol.v5
        #expect(v5.read(try #require(v5.endOfInput)) == .endOfInput)
        #expect(RemoteCommandProtocol.v4.endOfInput == nil)
        #expect(v5.read(RemoteCommandProtocol.resize(columns: 80, rows: 24)) == .resize(columns: 80, rows: 24))
        #expect(v5.read(RemoteCommandProtocol.message(.stdin, [7])) == .input([7]))
        #expect(RemoteCommandProtocol(offered: ["v4.channel.k8s.io, v5.channel.k8s.io"]) == .v5)
        #expect(RemoteCommandProtocol(offered: ["v1.other", "v4.channel.k8s.io"]) == .v4)
        #expect(RemoteCommandProtocol(offered: ["channel.k8s.io"]) == nil)
    }
}
