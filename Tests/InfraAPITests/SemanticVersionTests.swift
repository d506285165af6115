import InfraAPI
import Testing

struct SemanticVersionTests {
    @Test func `versions are read and ordered as semver says`() throws {
        let ordered = [
            "0.9.9", "1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11",
            "1.0.0-rc.1", "1.0.0", "v1.0.1", "1.1", "2",
        ]
        let versions = try ordered.map { try #require(SemanticVersion($0), "\($0)") }
        #expect(versions.sorted() == versions)
        #expect(SemanticVersion("1.2.3+build.5") == SemanticVersion("1.2.3"))
        for text in ["", "a", "1.2.3.4", "01.2.3", "1.2.x-", "1..2", "1.2.3-", "1.2.3-a..b", "-1", "1.2-rc", "1.2.3+"] {
            #expect(SemanticVersion(text) == nil, "\(text)")
        }
    }

    static let ranges: [(String, inside: [String], outside: [String])] = [
        (">=1.2 <2", ["1.2.0", "1.99.0"], ["1.1.9", "2.0.0", "1.5.0-rc.1"]),
        (">= 1.2, < 2", ["1.2.0"], ["2.0.0"]),
        ("^1.4", ["1.4.0", "1.9.0"], ["1.3.9", "2.0.0"]),
        ("^0.2.3", ["0.2.3", "0.2.9"], ["0.3.0", "0.2.2"]),
        ("^0.0.3", ["0.0.3"], ["0.0.4"]),
        ("~1.2", ["1.2.0", "1.2.9"], ["1.3.0"]),
        ("~1", ["1.0.0", "1.9.0"], ["2.0.0"]),
        ("1.x", ["1.0.0", "1.9.9"], ["2.0.0", "0.9.0"]),
        ("1.2", ["1.2.0", "1.2.7"], ["1.3.0"]),
        ("*", ["0.0.1", "9.9.9"], ["1.0.0-rc.1"]),
        ("1.2 - 1.4", ["1.2.0", "1.4.9"], ["1.5.0"]),
        ("1.2.0 - 1.4.0", ["1.4.0"], ["1.4.1"]),
        ("<1 || >=2", ["0.1.0", "2.0.0"], ["1.5.0"]),
        (">1.2", ["1.3.0"], ["1.2.9"]),
        ("<=1.2", ["1.2.9"], ["1.3.0"]),
        ("!=1.2.3", ["1.2.4", "1.2.2"], ["1.2.3"]),
        ("!=1.2", ["1.3.0"], ["1.2.3"]),
        (">=1.0.0-0", ["1.0.0-rc.1", "1.0.0"], ["0.9.0"]),
        ("=1.2.3", ["1.2.3"], ["1.2.4"]),
    ]

    @Test(arguments: ranges) func `a range holds what it says`(range: String, inside: [String], outside: [String])
        throws
    {
        let parsed = try #require(SemanticVersionRange(range))
        for text in inside { #expect(parsed.contains(try #require(SemanticVersion(text))), "\(text) in \(range)") }
        for text in outside {
            #expect(!parsed.contains(try #require(SemanticVersion(text))), "\(text) not in \(range)")
        }
    }

    @Test(arguments: ["", " ", "||", ">=", "1.2 ||", "latest", ">=1.2 <", "^x.y", "<*", "1.2 -", ">>1", "1.2 - 2 - 3"])
    func `what is no range is refused`(text: String) { #expect(SemanticVersionRange(text) == nil) }
}
