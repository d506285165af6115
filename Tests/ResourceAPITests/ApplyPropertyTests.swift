import InfraAPI
import JSON
import ObjectStore
import ResourceAPI
import Testing

/// Random configurations of three managers, against what must hold for any of them.
@Suite struct ApplyPropertyTests {
    @Test(arguments: 0..<60)
    func `any sequence of applies keeps the rules of ownership`(_ seed: Int) async throws {
        let fixture = ApplyFixture()
        var random = SeededGenerator(seed: UInt64(seed))
        for step in 0..<12 {
            let manager = ["a", "b", "c"][Int(random.next() % 3)]
            let spec = ApplyPropertyTests.spec(&random)
            let result = try await fixture.apply(manager, spec.encodedString(), force: true)
            let note = Comment(rawValue: "seed \(seed), step \(step): \(manager) applies \(spec.encodedString())")
            expectNamed(spec, in: result["spec"] ?? .null, note)
            let again = try await fixture.apply(manager, spec.encodedString())
            #expect(again == result, note)

            let owners = ApplyFixture.owners(result)
            for name in ["name", "number", "flag", "atomic"] where spec[name] != nil {
                let holders = owners.filter { $0.value["f:\(name)"] != nil }.keys.sorted()
                #expect(holders.contains(manager), note)
            }
            // Scalars without a default that nobody owns are gone.
            for name in ["name", "number", "flag", "atomic"] where result["spec"]?[name] != nil {
                #expect(owners.values.contains { $0["f:\(name)"] != nil }, note)
            }
        }
    }

    /// Everything that the configuration names stands in the result.
    private func expectNamed(_ spec: JSONValue, in result: JSONValue, _ note: Comment) {
        for member in spec.objectValue ?? JSONObject() {
            let found = result[member.key]
            switch member.key {
            case "words":
                let words = member.value.arrayValue ?? []
                #expect(words.allSatisfy { found?.arrayValue?.contains($0) == true }, note)
                let shared = (found?.arrayValue ?? []).filter(words.contains)
                #expect(shared == words, "the applied order; \(note)")
            case "items":
                for item in member.value.arrayValue ?? [] {
                    let match = found?.arrayValue?.first { $0["name"] == item["name"] }
                    #expect(match?.mergePatched(with: item) == match, note)
                }
            default: #expect(found?.mergePatched(with: member.value) == found, note)
            }
        }
    }

    private static func spec(_ random: inout SeededGenerator) -> JSONValue {
        var spec = JSONObject()
        func chance() -> Bool { random.next() % 2 == 0 }
        func pick(_ values: [JSONValue]) -> JSONValue { values[Int(random.next() % UInt64(values.count))] }
        func some(_ values: [JSONValue]) -> [JSONValue] {
            var rest = values.filter { _ in chance() }
            if chance() { rest.reverse() }
            return rest
        }
        if chance() { spec["name"] = pick(["x", "y"]) }
        if chance() { spec["number"] = pick([1, 2]) }
        if chance() { spec["flag"] = pick([true, false]) }
        if chance() { spec["atomic"] = .array(some(["p", "q"])) }
        if chance() {
            spec["labels"] = .object(
                JSONObject(some(["k", "l", "m"]).map { ($0.stringValue ?? "", pick(["1", "2"])) }))
        }
        let words = some(["a", "b", "c", "d"])
        if !words.isEmpty { spec["words"] = .array(words) }
        let items = some(["i", "j", "k"]).map { name -> JSONValue in
            var item: JSONValue = ["name": name]
            if chance() { item["value"] = pick([1, 2]) }
            return item
        }
        if !items.isEmpty { spec["items"] = .array(items) }
        return .object(spec)
    }
}

struct SeededGenerator: RandomNumberGenerator {
    private let source: TestRandomness

    init(seed: UInt64) { source = TestRandomness(seed: seed) }

    mutating func next() -> UInt64 { source.next() }
}
