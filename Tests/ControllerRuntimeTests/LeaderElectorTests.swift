import Ambient
import ControllerRuntime
import InfraAPI
import JSON
import Logging
import ObjectStore
import ResourceAPI
import Simulation
import Telemetry
import Testing

private let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

/// Candidates on one real API over a store in memory; the log says who led when.
private struct Bed: Sendable {
    let simulation: Simulation
    let client: LocalResourceClient
    let log = Guarded(Log())
    static let key = NamespacedName(namespace: "default", name: "controllers")

    struct Log: Sendable {
        var leading: [String] = []
        var mostAtOnce = 0
        var terms: [String] = []
        var following: [String] = []
    }

    init(seed: UInt64) {
        simulation = Simulation(seed: seed)
        let store = MemoryObjectStore(surroundings: simulation.surroundings)
        client = LocalResourceClient(store: store, surroundings: simulation.surroundings)
    }

    func run(_ scenario: @escaping @Sendable () async throws -> Void) {
        let failure = Guarded<String?>(nil)
        let end = simulation.run(until: .seconds(10_000)) { [client] in
            do {
                var namespace = Namespace()
                namespace.metadata = ObjectMeta(name: "default")
                _ = try await client.create(namespace)
                try await scenario()
            } catch {
                failure.withLock { $0 = "\(error)" }
            }
        }
        #expect(end == .finished)
        #expect(failure.withLock { $0 } == nil)
    }

    func elector(
        _ name: String, _ client: (any ResourceClient)? = nil, metrics: MetricRegistry? = nil
    ) -> LeaderElector {
        LeaderElector(
            client ?? self.client, Bed.key, identity: name, simulation.surroundings, logger: silent, metrics: metrics)
    }

    /// Runs an elector; what leads writes a Secret of its name time and again, as a controller would.
    func compete(_ elector: LeaderElector, _ name: String) async {
        await elector.run(following: { log.withLock { $0.following.append(name) } }) { term, client in
            log.withLock { log in
                log.leading.append(name)
                log.mostAtOnce = max(log.mostAtOnce, log.leading.count)
                log.terms.append("\(term.number) \(name)")
            }
            await work(name, client)
            log.withLock { log in log.leading.removeAll { $0 == name } }
        }
    }

    private func work(_ name: String, _ client: any ResourceClient) async {
        var round = 0
        while (try? await simulation.time.sleep(for: .seconds(1))) != nil {
            var secret = Secret()
            secret.metadata = ObjectMeta(name: "\(name)-\(round)", namespace: "default")
            _ = try? await client.create(secret)
            round += 1
        }
    }

    var leading: [String] { log.withLock { $0.leading } }

    func lease() async throws -> Lease { try await client.get(Lease.self, namespace: "default", name: "controllers") }
}

@Suite struct LeaderElectorTests {
    @Test(arguments: SimulationSeeds.first(20))
    func `one leads, the other takes over when the first is cut off, never both`(seed: UInt64) {
        let bed = Bed(seed: seed)
        let isCut = Guarded(false)
        bed.run {
            await withTaskGroup(of: Void.self) { group in
                let one = bed.elector("one", CuttableClient(server: bed.client) { isCut.withLock { $0 } })
                group.addTask { await bed.compete(one, "one") }
                group.addTask {
                    try? await bed.simulation.time.sleep(for: .seconds(1))
                    await bed.compete(bed.elector("two"), "two")
                }
                try? await bed.simulation.time.sleep(for: .seconds(120))
                #expect(bed.leading == ["one"])
                isCut.withLock { $0 = true }
                try? await bed.simulation.time.sleep(for: .seconds(11))
                #expect(bed.leading == [], "who cannot renew stops before another may begin")
                try? await bed.simulation.time.sleep(for: .seconds(60))
                #expect(bed.leading == ["two"])
                isCut.withLock { $0 = false }
                try? await bed.simulation.time.sleep(for: .seconds(60))
                #expect(bed.leading == ["two"])
                group.cancelAll()
            }
        }
        let log = bed.log.withLock { $0 }
        #expect(log.mostAtOnce == 1)
        #expect(log.terms == ["1 one", "2 two"])
        #expect(Set(log.following) == ["one", "two"])
    }

    @Test func `a record of our own is taken over at once, with a new term`() {
        let bed = Bed(seed: 1)
        bed.run {
            for life in 1...3 {
                let start = bed.simulation.time.uptime
                await withTaskGroup(of: Void.self) { group in
                    let elector = bed.elector("one")
                    group.addTask { await bed.compete(elector, "one") }
                    try? await bed.simulation.time.sleep(for: .milliseconds(1))
                    #expect(elector.term?.number == life)
                    group.cancelAll()  // as a kill: nothing is given back
                }
                #expect(bed.simulation.time.uptime - start < .seconds(1))
            }
            let spec = try await bed.lease().spec
            #expect((spec.holderIdentity, spec.leaseTransitions) == ("one", 3))
        }
        #expect(bed.log.withLock { $0.following } == [], "who leads at once has nobody to follow")
    }

    @Test func `who stops in order gives the lease back, and the next one does not wait for its end`() {
        let bed = Bed(seed: 2)
        bed.run {
            await withTaskGroup(of: Void.self) { group in
                let one = bed.elector("one")
                group.addTask { await bed.compete(one, "one") }
                try? await bed.simulation.time.sleep(for: .seconds(5))
                group.addTask { await bed.compete(bed.elector("two"), "two") }
                try? await bed.simulation.time.sleep(for: .seconds(5))
                one.stop()
                try? await bed.simulation.time.sleep(for: .seconds(3))
                #expect(bed.leading == ["two"])
                group.cancelAll()
            }
        }
        #expect(bed.log.withLock { $0.terms } == ["1 one", "2 two"])
    }

    @Test func `a write that answers that the term is over ends it at once`() {
        let bed = Bed(seed: 3)
        bed.run {
            try await withThrowingTaskGroup(of: Void.self) { group in
                let one = bed.elector("one")
                group.addTask { await bed.compete(one, "one") }
                try await bed.simulation.time.sleep(for: .milliseconds(2500))
                var lease = try await bed.lease()
                lease.spec.holderIdentity = "two"
                lease.spec.leaseTransitions = 2
                _ = try await bed.client.update(lease)
                // Its next write comes within a second, its next renewal in four.
                try await bed.simulation.time.sleep(for: .seconds(1))
                #expect(one.term == nil)
                #expect(bed.leading == [])
                let secrets = try await bed.client.list(Secret.self).items.map(\.metadata.name)
                #expect(secrets == ["one-0", "one-1"], "the write in the old term is not stored")
                group.cancelAll()
            }
        }
    }

    @Test func `a lease that was deleted ends the term, and is made anew`() {
        let bed = Bed(seed: 4)
        bed.run {
            try await withThrowingTaskGroup(of: Void.self) { group in
                let one = bed.elector("one")
                group.addTask { await bed.compete(one, "one") }
                try await bed.simulation.time.sleep(for: .milliseconds(2500))
                _ = try await bed.client.delete(try await bed.lease())
                try await bed.simulation.time.sleep(for: .seconds(6))
                #expect(one.term?.number == 1)
                #expect(bed.log.withLock { $0.terms } == ["1 one", "1 one"])
                group.cancelAll()
            }
        }
    }

    @Test(arguments: SimulationSeeds.first(20))
    func `with servers that fail and candidates that come and go, no two lead`(seed: UInt64) {
        let bed = Bed(seed: seed)
        let cut = Guarded(Set<String>())
        bed.run {
            let random = bed.simulation.randomness.stream("scenario")
            await withTaskGroup(of: Void.self) { group in
                for name in ["one", "two", "three"] {
                    let client = CuttableClient(server: bed.client) { cut.withLock { $0.contains(name) } }
                    let elector = bed.elector(name, client)
                    group.addTask { await bed.compete(elector, name) }
                }
                for _ in 0..<60 {
                    let name = ["one", "two", "three"][random.below(3)]
                    cut.withLock { if $0.remove(name) == nil { $0.insert(name) } }
                    try? await bed.simulation.time.sleep(for: .seconds(random.below(20)))
                }
                cut.withLock { $0 = [] }
                try? await bed.simulation.time.sleep(for: .seconds(30))
                #expect(bed.leading.count == 1)
                group.cancelAll()
            }
        }
        let log = bed.log.withLock { $0 }
        #expect(log.mostAtOnce == 1)
        #expect(log.terms.count >= 2, "the scenario cut nobody off")
        let numbers = log.terms.compactMap { $0.split(separator: " ").first.flatMap { Int($0) } }
        #expect(numbers == Array(1...numbers.count), "each term has a number of its own")
    }

    @Test func `metrics say who leads, in which term, and how often it began`() {
        let bed = Bed(seed: 5)
        let metrics = MetricRegistry()
        bed.run {
            await withTaskGroup(of: Void.self) { group in
                let one = bed.elector("one", metrics: metrics)
                #expect(metrics.text().contains("imm_leader 0\n"))
                group.addTask { await bed.compete(one, "one") }
                try? await bed.simulation.time.sleep(for: .seconds(1))
                let text = metrics.text()
                #expect(text.contains("imm_leader 1\n") && text.contains("imm_leader_term 1\n"), "\(text)")
                #expect(text.contains("imm_leader_terms_total 1\n"), "\(text)")
                group.cancelAll()
            }
        }
    }
}
