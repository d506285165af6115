import InfraAPI
import Testing

struct SpellingTests {
    @Test(arguments: [
        ("", "", 0), ("a", "", 1), ("", "abc", 3), ("kitten", "sitting", 3), ("replica", "replicas", 1),
        ("pasued", "paused", 1), ("flaw", "lawn", 2), ("ab", "ba", 1),
    ]) func `the distance counts edits and swaps`(left: String, right: String, distance: Int) {
        #expect(Spelling.distance(left, right) == distance)
        #expect(Spelling.distance(right, left) == distance)
    }

    @Test func `the closest word is found unless none is close`() {
        let words = ["replicas", "provider", "paused", "template"]
        #expect(Spelling.closest(to: "replica", among: words) == "replicas")
        #expect(Spelling.closest(to: "REPLICAS", among: words) == "replicas")
        #expect(Spelling.closest(to: "puased", among: words) == "paused")
        #expect(Spelling.closest(to: "colour", among: words) == nil)
        #expect(Spelling.closest(to: String(repeating: "a", count: 10_000), among: words) == nil)
    }
}
