import Testing

@testable import DockerEngine

struct ArchiveCheckTests {
    private func archive() throws -> [UInt8] {
        var writer = TarWriter()
        try writer.addDirectory("data")
        try writer.addFile("data/a", [UInt8](repeating: 1, count: 700))
        try writer.addFile("data/empty", [])
        try writer.addSymbolicLink("data/link", to: "a")
        return writer.finished()
    }

    private func check(_ bytes: [UInt8], pieces size: Int = 100) -> ArchiveCheck {
        var check = ArchiveCheck()
        for start in stride(from: 0, to: bytes.count, by: size) {
            check.feed(Array(bytes[start..<min(start + size, bytes.count)]))
        }
        return check
    }

    @Test(arguments: [1, 7, 512, 100_000]) func `a whole archive is told, with what is in it`(size: Int) throws {
        let check = check(try archive(), pieces: size)
        #expect(check.isWhole && check.flaw == nil)
        #expect(check.entries == 4 && check.contentBytes == 700)
    }

    @Test func `an archive that ends anywhere else is none`() throws {
        let bytes = try archive()
        for count in stride(from: 0, to: bytes.count - 1, by: 61) { #expect(!check(Array(bytes[..<count])).isWhole) }
    }

    @Test func `the words of an error in the middle are no archive`() throws {
        let bytes = try Array(archive()[..<1536])
        let check = check(bytes + Array(#"{"message":"read /data/a: input/output error"}"#.utf8))
        #expect(!check.isWhole)
        var whole = try archive()
        whole += Array("more".utf8)
        #expect(!self.check(whole).isWhole)
    }

    @Test func `a damaged header is told`() throws {
        var bytes = try archive()
        bytes[100] ^= 1
        #expect(check(bytes).flaw == "a header is damaged")
    }

    @Test func `the size of an extended header counts, for files that ustar has no digits for`() throws {
        var writer = TarWriter()
        try writer.addFile("x", Array("13 size=1024\n".utf8))
        try writer.addFile("large", [])
        var bytes = writer.finished()
        // An extended header has another kind, and its checksum with it.
        bytes[156] = UInt8(ascii: "x")
        let sum = bytes[..<512].enumerated().reduce(0) {
            $0 + ((148..<156).contains($1.offset) ? 0x20 : Int($1.element))
        }
        let digits = String(sum, radix: 8)
        bytes.replaceSubrange(148..<154, with: Array((String(repeating: "0", count: 6 - digits.count) + digits).utf8))
        bytes.insert(contentsOf: [UInt8](repeating: 7, count: 1024), at: 3 * 512)
        let check = check(bytes)
        #expect(check.isWhole && check.contentBytes == 1024 && check.entries == 1, "\(check.flaw ?? "")")
    }
}
