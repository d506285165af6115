import Ambient
import ControllerRuntime
import InfraAPI
import JSON
import Logging
import ResourceAPI
import Simulation
import Testing

@Suite struct `Reflector and cache` {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    /// Runs `body` beside a reflector over a fresh fake server, in a simulation.
    private static func run(
        seed: UInt64 = 1,
        _ body: @escaping @Sendable (Simulation, FakeClient, ResourceCache<Instance>) async throws -> Void
    ) {
        let simulation = Simulation(seed: seed)
        let client = FakeClient()
        let cache = ResourceCache<Instance>(indexes: [CacheIndex("set") { [$0.spec.set] }])
        let end = simulation.run(until: .seconds(10_000)) {
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    await Reflector(client, into: cache, simulation.surroundings, logger: logger).run()
                }
                do {
                    try await body(simulation, client, cache)
                } catch {
                    Issue.record(error)
                }
                group.cancelAll()
            }
        }
        #expect(end == .finished)
        #expect(simulation.escapeCount == 0)
    }

    @Test func `lists in pages, then follows`() {
        Self.run { simulation, client, cache in
            for number in 0..<1203 { _ = try await client.put("a-\(number)", set: "set-\(number % 3)") }
            #expect(await cache.waitUntilSynced())
            try await simulation.time.sleep(for: .seconds(1))
            #expect(cache.count == 1203)
            #expect(cache.list(index: "set", value: "set-1").count == 401)
            _ = try await client.put("a-4", set: "other")
            try await client.remove("a-5")
            try await simulation.time.sleep(for: .seconds(1))
            #expect(cache.count == 1202)
            #expect(cache.list(index: "set", value: "set-1").count == 400)
            #expect(cache.list(index: "set", value: "other").map(\.name) == ["a-4"])
            #expect(cache.list(in: "elsewhere").isEmpty)
            #expect(cache.list().map(\.name) == cache.list().map(\.name).sorted())
        }
    }

    @Test func `after a dropped watch it resumes without listing again`() {
        Self.run { simulation, client, cache in
            _ = try await client.put("a")
            try await simulation.time.sleep(for: .seconds(1))
            let lists = client.listCount
            client.dropWatches()
            _ = try await client.put("b")
            try await simulation.time.sleep(for: .seconds(10))
            #expect(cache.list().map(\.name) == ["a", "b"])
            #expect(client.listCount == lists)
        }
    }

    @Test func `after status 410 it lists again and notices what was deleted meanwhile`() {
        Self.run { simulation, client, cache in
            let gone = Guarded([String]())
            cache.onChange { change in if change.new == nil { gone.withLock { $0.append(change.object.name) } } }
            _ = try await client.put("a")
            _ = try await client.put("b")
            try await simulation.time.sleep(for: .seconds(1))
            client.failNext(3)
            client.dropWatches()
            try await simulation.time.sleep(for: .milliseconds(1))
            client.failNext(0)
            try await client.remove("a")
            client.failNext(2)
            client.compact()
            try await simulation.time.sleep(for: .seconds(60))
            #expect(cache.list().map(\.name) == ["b"])
            #expect(gone.withLock { $0 } == ["a"])
            #expect(client.listCount == 2)
        }
    }

    @Test func `a list older than what was seen is not taken`() {
        Self.run { simulation, client, cache in
            let old = try await client.put("a", set: "old")
            try await simulation.time.sleep(for: .seconds(1))
            _ = try await client.put("a", set: "new")
            try await simulation.time.sleep(for: .seconds(1))
            client.listStale(ObjectList(items: [old.json], resourceVersion: "1"))
            let sets = Guarded([String]())
            cache.onChange { change in sets.withLock { $0.append(change.object.spec.set) } }
            _ = try await client.put("b")
            client.compact()
            client.dropWatches()
            try await simulation.time.sleep(for: .seconds(60))
            #expect(cache.get(NamespacedName(namespace: "default", name: "a"))?.spec.set == "new")
            #expect(cache.count == 2)
            #expect(!sets.withLock { $0 }.contains("old"))
        }
    }

    @Test func `an own write is read at once, and its echo is silent`() {
        Self.run { simulation, client, cache in
            _ = await cache.waitUntilSynced()
            let changes = Guarded([Bool]())
            cache.onChange { change in changes.withLock { $0.append(change.isOwnWrite) } }
            let written = try await client.put("a")
            cache.absorb(written: written)
            #expect(cache.get(NamespacedName(written)) == written)
            try await simulation.time.sleep(for: .seconds(1))
            #expect(changes.withLock { $0 } == [true])
        }
    }

    @Test func `an own write that was deleted meanwhile does not come back`() {
        Self.run { simulation, client, cache in
            _ = await cache.waitUntilSynced()
            let written = try await client.put("a")
            try await client.remove("a")
            try await simulation.time.sleep(for: .seconds(1))
            cache.absorb(written: written)
            #expect(cache.count == 0)
        }
    }

    @Test func `an own deletion is not undone by an older event`() {
        Self.run { simulation, client, cache in
            _ = await cache.waitUntilSynced()
            let first = try await client.put("a")
            cache.absorb(written: first)
            // The watch has not been read: the deletion is absorbed before the events come.
            try await client.remove("a")
            var gone = first
            gone.metadata.resourceVersion = String(client.version)
            cache.absorb(deleted: gone)
            #expect(cache.count == 0)
            let states = Guarded([Bool]())
            cache.onChange { change in states.withLock { $0.append(change.new != nil) } }
            try await simulation.time.sleep(for: .seconds(1))
            #expect(cache.count == 0)
            #expect(states.withLock { $0 }.isEmpty)
        }
    }

    @Test func `an object without its last finalizer is gone`() {
        let cache = ResourceCache<Instance>()
        var instance = Instance()
        instance.metadata.name = "a"
        instance.metadata.resourceVersion = "5"
        cache.absorb(written: instance)
        #expect(cache.count == 1)
        instance.metadata.resourceVersion = "6"
        instance.metadata.deletionTimestamp = .epoch
        cache.absorb(written: instance)
        #expect(cache.count == 0)
    }

    @Test(arguments: 1...30)
    func `through any faults the cache ends equal to the server and never goes back`(seed: UInt64) {
        Self.run(seed: seed) { simulation, client, cache in
            let random = simulation.randomness.stream("faults")
            let backwards = Guarded(0)
            cache.onChange { change in
                if let old = change.old, let new = change.new,
                    (UInt64(new.metadata.resourceVersion) ?? 0) <= (UInt64(old.metadata.resourceVersion) ?? 0)
                {
                    backwards.withLock { $0 += 1 }
                }
            }
            for _ in 0..<150 {
                switch random.below(10) {
                case 0: client.dropWatches()
                case 1:
                    client.compact()
                    client.dropWatches()
                case 2: client.failNext(random.below(4))
                case 3: try? await client.remove("i-\(random.below(8))")
                default:
                    if let written = try? await client.put("i-\(random.below(8))", set: "s-\(random.below(3))") {
                        if random.below(2) == 0 { cache.absorb(written: written) }
                    }
                }
                try await simulation.time.sleep(for: .milliseconds(random.below(2000)))
            }
            client.failNext(0)
            try await simulation.time.sleep(for: .seconds(120))
            let server = try client.objects(Instance.resourceType).map { try Instance(json: $0) }
            #expect(cache.list() == server)
            for set in ["s-0", "s-1", "s-2"] {
                #expect(cache.list(index: "set", value: set) == server.filter { $0.spec.set == set })
            }
            #expect(backwards.withLock { $0 } == 0)
        }
    }
}
