import Ambient
import Controllers
public import InfraAPI
import Logging
import ObjectStore
public import ResourceAPI

/// Two controller processes on one store and one engine, of which one leads, with the laws watched at every commit and call.
///
/// As ``SimulatedCluster``, which has one process without a lease.
public struct LeaderPair: Sendable {
    public let simulation: Simulation
    /// The API as people use it.
    public let client: LocalResourceClient
    public let engine: SimulatedEngine
    public let laws: LawChecker
    public let processes: [ElectedProcess]
    private let store: WatchedStore

    init(seed: UInt64, faults: ProviderFaults) {
        simulation = Simulation(seed: seed)
        let engine = SimulatedEngine(simulation, faults: faults)
        let laws = LawChecker(simulation, engine)
        store = WatchedStore(MemoryObjectStore(surroundings: simulation.surroundings)) { laws.committed($0) }
        let client = LocalResourceClient(store: store, surroundings: simulation.surroundings)
        (self.engine, self.laws, self.client) = (engine, laws, client)
        let logger = Logger(label: "imm") { [transcript = simulation.transcript] _ in TranscriptLogHandler(transcript) }
        processes = ["one", "two"].map { [simulation] name in
            ElectedProcess(name, simulation, client, engine, laws, logger: logger)
        }
    }

    /// Runs a scenario, lets both processes go on, waits for a fixed point, and checks the laws to the end.
    public static func run(
        _ name: String, seed: UInt64, faults: ProviderFaults = .none, until deadline: Duration = .seconds(20_000),
        maxJobs: Int = 2_000_000, _ scenario: @escaping @Sendable (LeaderPair) async throws -> Void
    ) -> ClusterReport {
        let pair = LeaderPair(seed: seed, faults: faults)
        let failure = Guarded<String?>(nil)
        let end = pair.simulation.run(until: deadline, maxJobs: maxJobs) {
            await withTaskGroup(of: Void.self) { group in
                do {
                    try await SimulatedCluster.bootstrap(pair.client)
                    group.addTask { await pair.engine.run() }
                    for process in pair.processes { group.addTask { await process.run() } }
                    try await scenario(pair)
                    try await pair.settle()
                } catch {
                    failure.withLock { $0 = "\(error)" }
                }
                for process in pair.processes { process.gate.open() }
                group.cancelAll()
            }
        }
        return ClusterReport(
            scenario: name, seed: seed, end: end, failure: failure.withLock { $0 }, violations: pair.laws.violations,
            escapeCount: pair.simulation.escapeCount, jobCount: pair.simulation.jobCount, counts: ClusterCounts(),
            transcript: pair.simulation.transcript.text)
    }

    /// L5, as in ``SimulatedCluster``; the lease is a stated timer.
    private func settle() async throws {
        simulation.transcript.note("scenario: faults stop")
        engine.setFaults(.none)
        for process in processes { process.gate.open() }
        let start = simulation.time.uptime
        var (seen, since) = (activity, start)
        while simulation.time.uptime - since < .seconds(150) {
            try await simulation.time.sleep(for: .seconds(5))
            if activity == seen { continue }
            guard simulation.time.uptime - start < .seconds(1800) else {
                throw ScenarioFailure("no fixed point within 1800 s")
            }
            (seen, since) = (activity, simulation.time.uptime)
        }
        laws.ended()
    }

    /// Writes and effects so far.
    private var activity: Int {
        let unsteady = [Event.resourceType.key, Lease.resourceType.key]
        return processes.reduce(0) { $0 + $1.provider.effectCount }
            + store.writeCounts.reduce(0) { unsteady.contains($1.key.resource) ? $0 : $0 + $1.value }
    }
}

// What scenarios do.
extension LeaderPair {
    /// The one whose controllers run and that is not stopped.
    public var leader: ElectedProcess? { processes.first { $0.leads && !$0.gate.isClosed } }

    /// Creates the set, or brings the stored one to this spec.
    public func apply(_ set: InstanceSet) async throws(APIStatus) {
        simulation.transcript.note("user applies \(set.name), \(set.spec.replicas) x \(set.spec.template.spec.image)")
        while true {
            guard var standing = try await client.find(InstanceSet.self, namespace: set.namespace, name: set.name)
            else {
                _ = try await client.create(set)
                return
            }
            standing.spec = set.spec
            do throws(APIStatus) {
                _ = try await client.update(standing)
                return
            } catch  where error.isConflict {
                continue
            }
        }
    }

    /// Waits until `condition` holds, looked at every 100 ms.
    public func wait(for limit: Duration, _ what: String, _ condition: @Sendable (World) -> Bool) async throws {
        let start = simulation.time.uptime
        while !condition(laws.world) {
            guard simulation.time.uptime - start < limit else { throw ScenarioFailure("not within \(limit): \(what)") }
            try await simulation.time.sleep(for: .milliseconds(100))
        }
        simulation.transcript.note("scenario: \(what)")
    }
}
