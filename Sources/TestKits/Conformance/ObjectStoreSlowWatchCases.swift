import Ambient
import ObjectStore

extension ObjectStoreConformance {
    static let slowWatchCases: [Case] = [
        Case("a slow watcher is overrun, resumes, and has missed nothing", overrun),
        Case("a long history is delivered in batches") { probe in
            let start = try await probe.store.currentVersion()
            let count = probe.fixture.watchBuffer * 2
            for index in 0..<count { try await probe.put(probe.key("a"), index) }
            let watch = try await probe.store.watch(probe.everywhere, after: start)
            let versions = try await probe.events(watch, count).map(\.version.value)
            try probe.expect(
                versions == (1...UInt64(count)).map { start.value + $0 }, "versions are missing or doubled")
        },
        Case("a cancelled watch ends, also for one who waits") { probe in
            let watch = try await probe.store.watch(
                probe.everywhere, after: try await probe.store.currentVersion())
            async let batch = probe.next(watch)
            try await probe.fixture.time.sleep(for: .milliseconds(20))
            watch.cancel()
            try probe.expect(try await batch == nil, "the wait ended with events")
            watch.cancel()
            try await probe.put(probe.key("a"), 1)
            try probe.expect(try await probe.next(watch) == nil, "a cancelled watch delivers")
        },
        Case("cancelling the task that waits leaves the watch as it was") { probe in
            let watch = try await probe.store.watch(
                probe.everywhere, after: try await probe.store.currentVersion())
            let ended = try await withThrowingTaskGroup(of: Bool.self) { group in
                group.addTask { try await watch.next() == nil }
                try await probe.fixture.time.sleep(for: .milliseconds(20))
                group.cancelAll()
                return try await group.next() ?? false
            }
            try probe.expect(ended, "a cancelled wait ended with events")
            let put = try await probe.put(probe.key("a"), 1)
            let version = try await probe.events(watch, 1)[0].version
            try probe.expect(version == put.version, "the watch delivered \(version)")
        },
    ]

    @Sendable
    private static func overrun(_ probe: StoreProbe) async throws {
        let start = try await probe.store.currentVersion()
        var watch = try await probe.store.watch(probe.everywhere, after: start)
        try await probe.put(probe.key("a"), -1)
        var seen = try await probe.events(watch, 1).map(\.version.value)
        let count = probe.fixture.watchBuffer * 2
        for index in 0..<count { try await probe.put(probe.key("a"), index) }
        var overruns = 0
        while seen.count < count + 1 {
            do {
                guard let batch = try await probe.next(watch) else { throw Failure(description: "the watch ended") }
                for event in batch where !event.isBookmark { seen.append(event.version.value) }
            } catch let error as StoreError where error.code == .overrun {
                overruns += 1
                try probe.expect(overruns == 1, "it is overrun with nobody writing")
                watch = try await probe.store.watch(probe.everywhere, after: StoreVersion(seen.last ?? start.value))
            }
        }
        try probe.expect(overruns == 1, "\(count) changes fit into a buffer of \(probe.fixture.watchBuffer)")
        try probe.expect(
            seen == (1...UInt64(count + 1)).map { start.value + $0 },
            "versions are missing or doubled after the overrun")
    }
}

extension StoreEvent {
    fileprivate var isBookmark: Bool { if case .bookmark = self { true } else { false } }
}
