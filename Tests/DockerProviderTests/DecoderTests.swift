import JSON
import Testing

@testable import DockerEngine

struct DecoderTests {
    /// Feeds `bytes` in pieces of `size` and returns what comes out.
    private func decode<Decoder: StreamDecoder>(
        _ decoder: Decoder, _ bytes: [UInt8], pieces size: Int
    ) throws -> [Decoder.Element] {
        var decoder = decoder
        var out: [Decoder.Element] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            decoder.feed(Array(bytes[start..<min(start + size, bytes.count)]))
            while let element = try decoder.next() { out.append(element) }
        }
        while let element = try decoder.last() { out.append(element) }
        return out
    }

    @Test(arguments: [1, 2, 3, 7, 1000])
    func `JSON lines come out whole, however the bytes are cut`(size: Int) throws {
        let text = "{\"a\":1}\r\n\n{\"b\":\"x\\ny\"}\n{\"c\":[]}"
        let values = try decode(JSONLinesDecoder(), Array(text.utf8), pieces: size)
        #expect(values.map { $0.encodedString() } == [#"{"a":1}"#, #"{"b":"x\ny"}"#, #"{"c":[]}"#])
    }

    @Test func `a line that is no JSON, or has no end, is refused`() {
        #expect(throws: StreamFlaw.self) { try decode(JSONLinesDecoder(), Array("nope\n".utf8), pieces: 10) }
        #expect(throws: StreamFlaw.self) {
            try decode(
                JSONLinesDecoder(), [UInt8](repeating: 0x20, count: JSONLinesDecoder.maxLineBytes + 1), pieces: 1 << 20)
        }
    }

    @Test(arguments: [1, 3, 8, 9, 1000])
    func `frames of output come out with their source`(size: Int) throws {
        func frame(_ source: UInt8, _ text: String) -> [UInt8] {
            [source, 0, 0, 0, 0, 0, UInt8(text.utf8.count >> 8), UInt8(text.utf8.count & 255)] + Array(text.utf8)
        }
        let long = String(repeating: "x", count: 300)
        let bytes = frame(1, "out") + frame(2, "err") + frame(1, "") + frame(1, long)
        let chunks = try decode(OutputDecoder(), bytes, pieces: size)
        #expect(text(chunks, .standardOutput) == "out" + long)
        #expect(text(chunks, .standardError) == "err")
        #expect(throws: StreamFlaw.self) { try decode(OutputDecoder(), Array("plain text here".utf8), pieces: size) }
        #expect(throws: StreamFlaw.self) { try decode(OutputDecoder(), bytes.dropLast(1), pieces: size) }
    }

    private func text(_ chunks: [OutputChunk], _ source: OutputChunk.Source) -> String {
        String(decoding: chunks.filter { $0.source == source }.flatMap(\.bytes), as: UTF8.self)
    }

    @Test func `names are percent-encoded, and none can reach another path`() throws {
        #expect("a b/c?d=é".percentEncoded() == "a%20b%2Fc%3Fd%3D%C3%A9")
        #expect("a/b:c@d".percentEncoded(keeping: "/:@") == "a/b:c@d")
        #expect(throws: DockerError.self) { try DockerEngine.segment("", of: "container") }
        #expect(throws: DockerError.self) { try DockerEngine.segment("../info", of: "image", keeping: "/") }
    }

    @Test func `API versions compare by number`() throws {
        #expect(try #require(APIVersion("1.9")) < #require(APIVersion("1.41")))
        #expect(APIVersion("1") == nil && APIVersion("x.y") == nil && APIVersion("1.2.3") == nil)
    }

    @Test func `a registry login is base64 with the URL alphabet`() {
        let login = RegistryLogin(username: "u", password: "p?>~", server: "r.io")
        #expect(
            login.headerValue == "eyJwYXNzd29yZCI6InA_Pn4iLCJzZXJ2ZXJhZGRyZXNzIjoici5pbyIsInVzZXJuYW1lIjoidSJ9")
        #expect(!"\(login)".contains("p?>~"))
    }

    @Test func `a tar is what tar itself reads`() throws {
        var tar = TarWriter()
        try tar.addDirectory("dir")
        try tar.addFile("dir/file", mode: 0o755, Array("content".utf8))
        try tar.addSymbolicLink("link", to: "dir/file")
        let long = String(repeating: "d", count: 90) + "/" + String(repeating: "f", count: 90)
        try tar.addFile(long, [])
        let bytes = tar.finished()
        #expect(bytes.count % 512 == 0)
        // The checksum of the first header, by its definition.
        let header = Array(bytes[..<512])
        let sum = header.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) }
        #expect(Int(String(decoding: header[148..<154], as: UTF8.self), radix: 8) == sum)
        #expect(throws: TarWriter.PathTooLong.self) { try tar.addFile(String(repeating: "x", count: 101), []) }
    }
}
