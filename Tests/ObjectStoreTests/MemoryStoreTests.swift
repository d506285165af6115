import Ambient
import JSON
import ObjectStore
import Testing

@Suite(.timeLimit(.minutes(1)))
struct MemoryStoreTests {
    private let time = ManualTime()

    @Test func `history goes by age and by number`() async throws {
        var limits = StoreLimits()
        limits.retainedVersions = 5
        let store = MemoryObjectStore(surroundings: time.surroundings, limits: limits)
        for value in 0..<10 { try await store.put("a", value) }
        #expect(try await store.watch(scope, after: StoreVersion(5)).versions(5) == [6, 7, 8, 9, 10])
        await #expect(throws: StoreError.self) { _ = try await store.watch(scope, after: StoreVersion(4)) }
        time.advance(by: .seconds(601))
        try await store.put("a", 10)
        await #expect(throws: StoreError.self) { _ = try await store.watch(scope, after: StoreVersion(9)) }
        #expect(try await store.watch(scope, after: StoreVersion(10)).versions(1) == [11])
    }

    @Test func `watches are freed when they are cancelled, overrun or dropped`() async throws {
        var limits = StoreLimits()
        limits.watchBuffer = 4
        let store = MemoryObjectStore(surroundings: time.surroundings, limits: limits)
        let first = try await store.watch(scope, after: StoreVersion(0))
        let slow = try await store.watch(scope, after: StoreVersion(0))
        do {
            let dropped = try await store.watch(scope, after: StoreVersion(0))
            #expect(store.watchCounts.all == 3)
            _ = consume dropped
        }
        #expect(store.watchCounts.all == 2)
        for value in 0..<5 { try await store.put("a", value) }
        let error = await #expect(throws: StoreError.self) { _ = try await slow.next() }
        #expect(error?.code == .overrun)
        #expect(store.watchCounts.all == 1)
        #expect(try await slow.next() == nil)
        first.cancel()
        #expect(store.watchCounts == (0, 0))
    }

    @Test func `events of other resources do not overrun a watcher that waits`() async throws {
        var limits = StoreLimits()
        limits.watchBuffer = 4
        limits.retainedVersions = 8
        let store = MemoryObjectStore(surroundings: time.surroundings, limits: limits)
        let watch = try await store.watch(StoreScope(resource: "other"), after: StoreVersion(0))
        async let batch = watch.next()
        while store.watchCounts.waiting == 0 { await Task.yield() }
        for value in 0..<100 { try await store.put("a", value) }
        let object = ObjectKey(resource: "other", namespace: "", name: "x")
        _ = try await store.commit([StoreMutation(object, .put([:]), if: .none)])
        #expect(try await batch?.map(\.version.value) == [101])
    }

    @Test func `a watcher gets a bookmark when the store has moved and a minute has passed`() async throws {
        let store = MemoryObjectStore(surroundings: time.surroundings)
        let watch = try await store.watch(StoreScope(resource: "other"), after: StoreVersion(0))
        async let batch = watch.next()
        while store.watchCounts.waiting == 0 { await Task.yield() }
        try await store.put("a", 1)
        #expect(store.watchCounts.waiting == 1)
        time.advance(by: .seconds(60))
        #expect(store.watchCounts.waiting == 1)
        try await store.put("a", 2)
        #expect(try await batch?.map(\.version.value) == [2])
    }

    @Test func `watches wake in the order of their registration`() async throws {
        let store = MemoryObjectStore(surroundings: time.surroundings)
        let order = Guarded<[Int]>([])
        let executor = QueueExecutor()
        try await withThrowingTaskGroup(of: Void.self) { group in
            var watches: [StoreWatch] = []
            for _ in 0..<10 { watches.append(try await store.watch(scope, after: StoreVersion(0))) }
            // They begin to wait in another order.
            for index in [3, 1, 4, 0, 5, 9, 2, 6, 8, 7] {
                group.addTask(executorPreference: executor) { [watch = watches[index]] in
                    _ = try await watch.next()
                    order.withLock { $0.append(index) }
                }
                executor.run()
            }
            #expect(store.watchCounts.waiting == 10)
            try await store.put("a", 1)
            executor.run()
            #expect(order.withLock { $0 } == Array(0..<10))
            try await group.waitForAll()
        }
    }
}

/// Runs jobs in the order in which they came, when it is told to.
private final class QueueExecutor: TaskExecutor {
    private let jobs = Guarded<[UnownedJob]>([])

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        jobs.withLock { $0.append(job) }
    }

    func run() {
        while let job = jobs.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) {
            job.runSynchronously(on: asUnownedTaskExecutor())
        }
    }
}
