import Ambient
import ObjectStore

extension ObjectStoreConformance {
    static let raceCases: [Case] = [
        Case("writers that read, add one and retry lose no addition") { probe in
            let (key, writers, rounds) = (probe.key("counter"), 4, 25)
            try await probe.put(key, 0)
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<writers {
                    group.addTask { for _ in 0..<rounds { try await probe.increment(key) } }
                }
                try await group.waitForAll()
            }
            let total = probe.value(try await probe.store.get(key))
            try probe.expect(total == writers * rounds, "\(writers * rounds) additions gave \(total ?? -1)")
        },
        Case("of two writers with one precondition one wins") { probe in
            for round in 0..<25 {
                let key = probe.key("o\(round)")
                let winners = try await withThrowingTaskGroup(of: Bool.self) { group in
                    for writer in 0..<2 {
                        group.addTask {
                            do {
                                try await probe.put(key, writer, if: .absent)
                                return true
                            } catch let error as StoreError {
                                guard case .conflict(key, .some) = error.code else { throw error }
                                return false
                            }
                        }
                    }
                    return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
                }
                try probe.expect(winners == 1, "\(winners) writers made one object")
            }
        },
        Case("watchers miss nothing and get nothing twice under concurrent writers", storm),
    ]

    @Sendable
    private static func storm(_ probe: StoreProbe) async throws {
        let start = try await probe.store.currentVersion()
        let (writers, rounds, watchers) = (6, 30, 5)
        let total = UInt64(writers * rounds)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<writers {
                group.addTask {
                    for round in 0..<rounds {
                        try await probe.put(probe.key("w\(writer)", in: "n\(writer % 2)"), round)
                    }
                }
            }
            for watcher in 0..<watchers {
                group.addTask {
                    // Some start with the writers, some in the middle.
                    try await probe.fixture.time.sleep(for: .milliseconds(watcher * 2))
                    let from = watcher % 2 == 0 ? start : try await probe.store.currentVersion()
                    let watch = try await probe.store.watch(probe.everywhere, after: from)
                    let due = start.value + total - from.value
                    let versions = try await probe.events(watch, Int(due)).map(\.version.value)
                    let expected = due == 0 ? [] : Array((from.value + 1)...(start.value + total))
                    try probe.expect(versions == expected, "watcher \(watcher) got \(versions)")
                }
            }
            try await group.waitForAll()
        }
    }
}

extension StoreProbe {
    fileprivate func increment(_ key: ObjectKey) async throws {
        while true {
            guard let object = try await store.get(key), let count = value(object) else {
                throw Failure(description: "the counter is gone")
            }
            do {
                try await put(key, count + 1, if: .version(object.version))
                return
            } catch let error as StoreError {
                guard case .conflict = error.code else { throw error }
            }
        }
    }
}
