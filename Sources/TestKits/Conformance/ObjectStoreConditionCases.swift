import Ambient
import JSON
import ObjectStore

extension ObjectStoreConformance {
    static let conditionCases: [Case] = [
        Case("a commit whose condition on another object holds is made, whatever else that object says") { probe in
            let lease = try await probe.lease(term: 1, renewal: 1)
            try await probe.put(probe.key("web"), 1, inTerm: 1)
            try await probe.lease(term: 1, renewal: 2)
            let second = try await probe.put(probe.key("web"), 2, inTerm: 1)
            try probe.expect(probe.value(second) == 2 && second.version > lease.version, "the commit was not made")
            let standing = try await probe.store.get(probe.leaseKey)
            try probe.expect(standing?.body["spec"]?["renewal"] == 2, "the condition changed its object")
        },
        Case("a commit whose condition does not hold changes nothing and says what stands there") { probe in
            try await probe.expectUnmet(current: nil, "no object") {
                try await probe.put(probe.key("web"), 1, inTerm: 1)
            }
            let lease = try await probe.lease(term: 2, renewal: 1)
            try await probe.put(probe.key("web"), 1, inTerm: 2)
            let before = try await probe.store.currentVersion()
            try await probe.expectUnmet(current: lease.version, "another value") {
                try await probe.put(probe.key("web"), 2, inTerm: 1)
            }
            try await probe.expectUnmet(current: lease.version, "not even when it would change nothing") {
                try await probe.put(probe.key("web"), 1, inTerm: 1)
            }
            try await probe.expectUnmet(current: lease.version, "a delete") {
                _ = try await probe.store.commit(
                    [StoreMutation(probe.key("web"), .delete, if: .present)], given: [probe.condition(term: 1)])
            }
            try await probe.expectUnmet(current: lease.version, "a member that is not there") {
                let absent = StoreCondition.Member(["spec", "other"], .int(1))
                _ = try await probe.store.commit(
                    [StoreMutation(probe.key("web"), .delete, if: .none)],
                    given: [StoreCondition(probe.leaseKey, members: [absent])])
            }
            try await probe.expectUnmet(current: lease.version, "one of two conditions") {
                _ = try await probe.store.commit(
                    [StoreMutation(probe.key("web"), .delete, if: .none)],
                    given: [probe.condition(term: 2), probe.condition(term: 3)])
            }
            try probe.expect(probe.value(try await probe.store.get(probe.key("web"))) == 1, "a refused commit wrote")
            try probe.expect(try await probe.store.currentVersion() == before, "a refused commit took a version")
        },
        Case("a condition is on what stands before the commit, not on what the commit makes of it") { probe in
            try await probe.lease(term: 1, renewal: 1)
            let next = StoreMutation(probe.leaseKey, .put(probe.leaseBody(term: 2, renewal: 1)), if: .present)
            let web = StoreMutation(probe.key("web"), .put(probe.body(1)), if: .absent)
            _ = try await probe.store.commit([next, web], given: [probe.condition(term: 1)])
            let stands = try await probe.store.get(probe.leaseKey)
            try probe.expect(stands?.body["spec"]?["term"] == 2, "the lease was not taken over")
            let code = try await probe.refusal(of: "a condition that the commit would fulfil itself") {
                _ = try await probe.store.commit(
                    [
                        StoreMutation(probe.leaseKey, .put(probe.leaseBody(term: 3, renewal: 1)), if: .present),
                        StoreMutation(probe.key("web"), .put(probe.body(2)), if: .none),
                    ], given: [probe.condition(term: 3)])
            }
            try probe.expect(code == .unmet(probe.leaseKey, current: stands?.version), "got \(code)")
        },
        Case("nothing is written in a term after another one has begun", takeovers),
    ]

    /// Writers hold on to their term as long as it lasts, while the terms change under them. In the order of the versions, each
    /// write must be of the term that had begun last.
    @Sendable
    private static func takeovers(_ probe: StoreProbe) async throws {
        let (writers, terms) = (4, 12)
        let first = try await probe.lease(term: 1, renewal: 0).version
        let written = Guarded<[(version: StoreVersion, term: Int)]>([])
        let begun = Guarded([(version: first, term: 1)])
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<writers {
                group.addTask {
                    for term in 1...terms {
                        var round = 0
                        while let version = try await probe.tryPut(
                            probe.key("w\(writer)"), term * 1000 + round, inTerm: term)
                        {
                            written.withLock { $0.append((version, term)) }
                            round += 1
                            // A store in memory never waits: the others have to get their turn.
                            try await probe.fixture.time.sleep(for: .microseconds(200))
                            if term == terms, round == 5 { return }
                        }
                    }
                }
            }
            group.addTask {
                for term in 2...terms {
                    try await probe.fixture.time.sleep(for: .milliseconds(2))
                    let version = try await probe.lease(term: term, renewal: 0).version
                    begun.withLock { $0.append((version, term)) }
                }
            }
            try await group.waitForAll()
        }
        let takeovers = begun.withLock { $0 }
        for write in written.withLock({ $0 }) {
            let current = takeovers.last { $0.version < write.version }?.term
            try probe.expect(
                current == write.term, "a write of term \(write.term) stands in term \(current ?? 0)")
        }
    }
}

extension StoreProbe {
    fileprivate static let leases = "coordination.k8s.io/leases"

    fileprivate var leaseKey: ObjectKey { key("leader", of: StoreProbe.leases) }

    fileprivate func leaseBody(term: Int, renewal: Int) -> JSONValue {
        ["kind": "Lease", "spec": ["term": .int(Int64(term)), "renewal": .int(Int64(renewal))]]
    }

    @discardableResult
    fileprivate func lease(term: Int, renewal: Int) async throws -> StoredObject {
        try await store.commit([StoreMutation(leaseKey, .put(leaseBody(term: term, renewal: renewal)), if: .none)])[0]
    }

    fileprivate func condition(term: Int) -> StoreCondition {
        StoreCondition(leaseKey, members: [StoreCondition.Member(["spec", "term"], .int(Int64(term)))])
    }

    @discardableResult
    fileprivate func put(_ key: ObjectKey, _ value: Int, inTerm term: Int) async throws -> StoredObject {
        try await store.commit(
            [StoreMutation(key, .put(body(value)), if: .none)], given: [condition(term: term)])[0]
    }

    /// Waits until the term has begun. Returns nil when it is over.
    fileprivate func tryPut(_ key: ObjectKey, _ value: Int, inTerm term: Int) async throws -> StoreVersion? {
        while let standing = try await store.get(leaseKey)?.body["spec"]?["term"]?.intValue, standing < term {
            try await fixture.time.sleep(for: .milliseconds(1))
        }
        do {
            return try await put(key, value, inTerm: term).version
        } catch let error as StoreError {
            guard case .unmet = error.code else { throw error }
            return nil
        }
    }

    fileprivate func expectUnmet(
        current: StoreVersion?, _ what: String, _ body: () async throws -> Void
    ) async throws {
        let code = try await refusal(of: "a commit whose condition does not hold: \(what)", body)
        try expect(code == .unmet(leaseKey, current: current), "\(what): expected .unmet, got \(code)")
    }
}
