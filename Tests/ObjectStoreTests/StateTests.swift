import Ambient
import JSON
import ObjectStore
import Testing

/// The state against a model that keeps every snapshot whole.
@Suite(.timeLimit(.minutes(1)))
struct StateTests {
    @Test(arguments: 1...20)
    func `any page of any retained snapshot equals what stood there`(_ seed: UInt64) async throws {
        var random = SeededGenerator(seed: seed)
        let store = MemoryObjectStore(surroundings: ManualTime().surroundings)
        var model: [ObjectKey: Int] = [:]
        var snapshots: [StoreVersion: [ObjectKey: Int]] = [StoreVersion(0): [:]]
        for round in 0..<300 {
            let target = key(
                "o\(Int.random(in: 0..<30, using: &random))", in: "n\(Int.random(in: 0..<3, using: &random))")
            let change: StoreMutation.Change =
                Int.random(in: 0..<3, using: &random) == 0 ? .delete : .put(["value": .int(Int64(round))])
            let results = try? await store.commit([StoreMutation(target, change, if: .none)])
            guard let version = results?.first?.version else {
                #expect(model[target] == nil)
                continue
            }
            if case .put = change { model[target] = round } else { model[target] = nil }
            snapshots[version] = model
        }
        let current = try await store.currentVersion()
        for _ in 0..<100 {
            let version = StoreVersion(UInt64.random(in: 0...current.value, using: &random))
            let namespace = Bool.random(using: &random) ? "n\(Int.random(in: 0..<3, using: &random))" : nil
            let after = key(
                "o\(Int.random(in: 0..<30, using: &random))", in: "n\(Int.random(in: 0..<3, using: &random))")
            let limit = Int.random(in: 1..<40, using: &random)
            let page = try await store.list(
                StoreScope(resource: scope.resource, namespace: namespace), limit: limit,
                continuation: StoreContinuation(version: version, after: after))
            let all = (snapshots[version] ?? [:])
                .filter { $0.key > after && (namespace == nil || $0.key.namespace == namespace) }
                .sorted { $0.key < $1.key }
            #expect(page.objects.map(\.key) == all.prefix(limit).map(\.key), "seed \(seed), version \(version)")
            #expect(page.objects.map(\.value) == all.prefix(limit).map { $0.value }, "seed \(seed), version \(version)")
            #expect(page.remaining == max(0, all.count - limit), "seed \(seed), version \(version)")
            #expect((page.continuation != nil) == (all.count > limit), "seed \(seed), version \(version)")
        }
    }

    @Test(arguments: 1...10)
    func `a ring equals an array`(_ seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var ring = Ring<Int>()
        var array: [Int] = []
        for round in 0..<2_000 {
            // It grows in one half of the run and shrinks in the other.
            if Int.random(in: 0..<10, using: &random) < (round < 1_000 ? 7 : 3) {
                ring.append(round)
                array.append(round)
            } else {
                #expect(ring.removeFirst() == (array.isEmpty ? nil : array.removeFirst()))
            }
            #expect(ring.count == array.count)
            #expect(ring.first == array.first)
        }
        #expect((0..<ring.count).map { ring[$0] } == array)
        let middle = array.isEmpty ? 0 : array[array.count / 2]
        #expect(ring.partition { $0 < middle } == array.count / 2)
    }
}
