import RequestSyntax
import ResourceAPI
import Testing

/// Paths, queries and headers are split at bytes: a combining mark after a separator makes another character of it, and
/// must not hide it.
@Suite struct SplittingTests {
    private static let mark = "\u{301}"

    @Test func `a combining mark does not hide a slash or a question mark`() throws {
        let info = try RequestInfo(uri: "/healthz/\(SplittingTests.mark)a?\(SplittingTests.mark)b=c")
        #expect(info.target == .path(["healthz", SplittingTests.mark + "a"]))
        #expect(info.query[SplittingTests.mark + "b"] == "c")
    }

    @Test func `a combining mark does not hide an ampersand or an equals sign`() throws {
        let mark = SplittingTests.mark
        let query = try RequestQuery(parsing: "a=\(mark)b&\(mark)c=d&e=f=g")
        #expect(query["a"] == mark + "b")
        #expect(query[mark + "c"] == "d")
        #expect(query["e"] == "f=g")
    }

    @Test func `parameters whose names only look the same are two`() throws {
        let query = try RequestQuery(parsing: "\u{301}a=1&\u{341}a=2")
        #expect(query["\u{301}a"] == "1" && query["\u{341}a"] == "2")
        #expect(query.all("\u{341}a") == ["2"])
    }

    @Test func `a combining mark does not hide the separators of media ranges`() {
        let mark = SplittingTests.mark
        let ranges = MediaRange.list("text/a;\(mark)x=\(mark)1,\(mark)text/b")
        #expect(ranges.map(\.type) == ["text/a", mark + "text/b"])
        #expect(ranges.first?[mark + "x"] == mark + "1")
    }
}
