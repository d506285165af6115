import InfraAPI
import Testing

@testable import APIServer

@Suite struct WebhookMemoryTests {
    @Test func `a delivery is known again by any of its marks`() {
        let memory = WebhookMemory(maximumPerMinute: 10)
        #expect(memory.admit("a", ["id:1", "code:x"], now: .zero) == .fresh)
        #expect(memory.admit("a", ["id:1", "code:y"], now: .zero) == .repeated)
        #expect(memory.admit("a", ["id:2", "code:x"], now: .zero) == .repeated)
        #expect(memory.admit("b", ["id:1", "code:x"], now: .zero) == .fresh, "another source's deliveries are others")
        memory.forget("a", ["id:1", "code:x"])
        #expect(memory.admit("a", ["id:1", "code:x"], now: .zero) == .fresh)
    }

    @Test func `a source takes so many a minute, and repeated ones do not count`() {
        let memory = WebhookMemory(maximumPerMinute: 2)
        #expect(memory.admit("a", ["1"], now: .seconds(0)) == .fresh)
        for _ in 0..<5 { #expect(memory.admit("a", ["1"], now: .seconds(1)) == .repeated) }
        #expect(memory.admit("a", ["2"], now: .seconds(30)) == .fresh)
        #expect(memory.admit("a", ["3"], now: .seconds(59)) == .tooMany)
        #expect(memory.admit("b", ["3"], now: .seconds(59)) == .fresh)
        #expect(memory.admit("a", ["3"], now: .seconds(60)) == .fresh, "one that was refused is not remembered")
        #expect(memory.admit("a", ["4"], now: .seconds(61)) == .tooMany)
    }

    @Test func `what is remembered is bounded, the oldest goes first`() {
        let memory = WebhookMemory(maximumPerMinute: .max)
        for number in 0...WebhookMemory.marksASource {
            #expect(memory.admit("a", ["\(number)"], now: .seconds(number)) == .fresh)
        }
        #expect(memory.admit("a", ["1"], now: .seconds(9_999)) == .repeated)
        #expect(memory.admit("a", ["0"], now: .seconds(9_999)) == .fresh)
        for number in 0..<WebhookMemory.maximumSources {
            #expect(memory.admit("s\(number)", ["x"], now: .seconds(10_000 + number)) == .fresh)
        }
        // "a" was silent for the longest.
        #expect(memory.admit("s0", ["x"], now: .seconds(20_000)) == .repeated)
        #expect(memory.admit("a", ["1"], now: .seconds(20_000)) == .fresh)
    }
}

@Suite struct WebhookPushTests {
    private enum Followed { case head, branch, tag, semver, commit }

    private func reference(_ followed: Followed) -> GitReference? {
        var reference = GitReference()
        switch followed {
        case .head: return nil
        case .branch: reference.branch = "team/main"
        case .tag: reference.tag = "v1"
        case .semver: reference.semver = "1.x"
        case .commit: reference.commit = String(repeating: "a", count: 40)
        }
        return reference
    }

    @Test func `a push concerns a source when it may change what it follows`() {
        let cases: [(Followed, ref: String?, isConcerned: Bool)] = [
            (.head, "refs/heads/trunk", true), (.head, "refs/heads/other", false), (.head, "refs/tags/trunk", false),
            (.head, "trunk", true), (.branch, "refs/heads/team/main", true), (.branch, "refs/heads/main", false),
            (.branch, "refs/heads/team/main/x", false), (.branch, "refs/tags/team/main", false),
            (.branch, "team/main", true), (.branch, "refs/notes/team/main", false), (.tag, "refs/tags/v1", true),
            (.tag, "refs/heads/v1", false), (.tag, "refs/tags/v2", false), (.semver, "refs/tags/v9", true),
            (.semver, "refs/heads/v1.2", false), (.commit, "refs/heads/any", true), (.branch, nil, true),
            (.tag, nil, true),
        ]
        for (followed, ref, isConcerned) in cases {
            let push = WebhookPush(ref: ref, defaultBranch: "trunk")
            #expect(push.concerns(reference(followed)) == isConcerned, "\(followed) \(ref ?? "-")")
        }
        #expect(WebhookPush(ref: "refs/heads/any", defaultBranch: nil).concerns(nil))
    }
}
