import InfraAPI
import Testing

@testable import GitOps

@Suite struct ImageUpdatesTagTests {
    private func policy(semver: String? = nil, pattern: String? = nil, _ order: GitImagePolicy.Order = .numerical)
        -> GitImagePolicy
    {
        var policy = GitImagePolicy()
        (policy.image, policy.semver, policy.pattern, policy.order) = ("registry/web", semver, pattern, order)
        return policy
    }

    @Test(
        arguments: [
            ("^1.4", ["1.3.9", "1.4.0", "1.10.2", "1.9.9", "2.0.0", "latest", "1.11.0-rc.1"], "1.10.2"),
            ("*", ["v1.2.0", "v1.10.0", "stable"], "v1.10.0"), ("1.x", ["1.2", "1.2.0", "1"], "1.2.0"),
            (">=1.0.0-0", ["1.0.0-alpha.9", "1.0.0-alpha.10"], "1.0.0-alpha.10"), ("^3", ["1.0.0", "2.0.0"], nil),
            ("*", [], nil), ("*", ["1.2-alpine", "x"], nil),
        ] as [(String, [String], String?)])
    func `the highest version of a range is the newest`(range: String, tags: [String], expected: String?) {
        let choice = TagChoice(policy(semver: range))
        #expect(choice.newest(of: tags) == expected)
        #expect(choice.newest(of: tags.reversed()) == expected, "the registry's order says nothing")
    }

    @Test(
        arguments: [
            (
                "build-*", GitImagePolicy.Order.numerical,
                ["build-9", "build-10", "build-010", "build-x", "build-", "10"], "build-010"
            ),
            ("*-main", .numerical, ["20260101-main", "20251231-main", "20270101-dev"], "20260101-main"),
            ("*", .numerical, ["99999999999999999999999", "100000000000000000000000"], "100000000000000000000000"),
            ("rel-*", .alphabetical, ["rel-b", "rel-a", "rel-B"], "rel-b"), ("*-x", .alphabetical, ["-x"], nil),
            ("a*a", .alphabetical, ["a", "aa", "aba"], "aba"),
            ("main-*", .numerical, ["main-0", "main-00"], "main-00"),
        ] as [(String, GitImagePolicy.Order, [String], String?)])
    func `the highest match of a pattern is the newest`(
        pattern: String, order: GitImagePolicy.Order, tags: [String], expected: String?
    ) {
        let choice = TagChoice(policy(pattern: pattern, order))
        #expect(choice.newest(of: tags) == expected)
        #expect(choice.newest(of: tags.reversed()) == expected)
    }

    @Test func `what runs may be newer, also outside of the range`() {
        let choice = TagChoice(policy(semver: "^1"))
        #expect(choice.isNewer("2.0.0", than: "1.9.0") && choice.isNewer("1.9.1", than: "1.9.0"))
        #expect(!choice.isNewer("1.9.0", than: "1.9.0") && !choice.isNewer("latest", than: "1.9.0"))
        #expect(!choice.isNewer(nil, than: "1.9.0"))
        #expect(TagChoice(policy(pattern: "b-*")).isNewer("b-11", than: "b-2"))
    }
}
