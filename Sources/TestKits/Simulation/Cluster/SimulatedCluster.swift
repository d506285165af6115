import Ambient
import Controllers
public import InfraAPI
import JSON
import Logging
import ObjectStore
public import ResourceAPI

/// imm as a whole in a simulation: the store in memory, the API in process, all controllers and one simulated provider, on
/// one seeded executor and virtual time, with the laws watched at every commit and every call.
///
///     let report = SimulatedCluster.run("rollout", seed: 7, ClusterOptions(faults: .rough)) { cluster in
///         try await cluster.apply(set)
///         try await cluster.wait(for: .seconds(600), "all available") { … }
///     }
///     #expect(report.problems.isEmpty, "\(report)")
public struct SimulatedCluster: Sendable {
    public let simulation: Simulation
    /// The API as people use it: without latency and faults.
    public let client: LocalResourceClient
    public let engine: SimulatedEngine
    public let provider: SimulatedProvider
    public let laws: LawChecker
    private let store: WatchedStore
    private let process: ControllerProcess
    private let network = ClientNetwork()

    /// Name of the Provider object that is there from the start, marked default.
    public static let providerName = "simulated"

    init(seed: UInt64, _ options: ClusterOptions) {
        simulation = Simulation(seed: seed, keepsTranscript: options.logLevel != nil)
        let engine = SimulatedEngine(simulation, faults: options.faults)
        let laws = LawChecker(simulation, engine, planAge: options.planAge)
        self.engine = engine
        self.laws = laws
        provider = SimulatedProvider(engine, simulation) { laws.called($0) }
        store = WatchedStore(MemoryObjectStore(surroundings: simulation.surroundings)) { laws.committed($0) }
        client = LocalResourceClient(store: store, surroundings: simulation.surroundings)
        var handler = TranscriptLogHandler(simulation.transcript)
        handler.logLevel = options.logLevel ?? .critical
        network.set(options.clientFaults)
        process = ControllerProcess(
            ClusterParts(
                simulation: simulation, client: client, engine: engine, provider: provider, network: network,
                installation: Installation(id: "sim", key: Array("simulation".utf8)), mutant: options.mutant,
                logger: Logger(label: "imm") { _ in handler }))
    }

    /// Runs a scenario against a fresh cluster, lets it settle without faults, and checks the laws to the end.
    ///
    /// - Parameters:
    ///   - name: of the scenario, for the replay command.
    ///   - options: faults, bounds and how much is written down.
    public static func run(
        _ name: String, seed: UInt64, _ options: ClusterOptions = ClusterOptions(),
        _ scenario: @escaping @Sendable (SimulatedCluster) async throws -> Void
    ) -> ClusterReport {
        let cluster = SimulatedCluster(seed: seed, options)
        let failure = Guarded<String?>(nil)
        let end = cluster.simulation.run(until: options.deadline, maxJobs: options.maxJobs) {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await cluster.engine.run() }
                group.addTask { await cluster.process.run() }
                do {
                    try await bootstrap(cluster.client)
                    try await scenario(cluster)
                    try await cluster.settle(within: options.settling)
                } catch {
                    failure.withLock { $0 = "\(error)" }
                }
                group.cancelAll()
            }
        }
        return ClusterReport(
            scenario: name, seed: seed, end: end, failure: failure.withLock { $0 }, violations: cluster.laws.violations,
            escapeCount: cluster.simulation.escapeCount, jobCount: cluster.simulation.jobCount,
            counts: cluster.counts,
            transcript: cluster.simulation.transcript.text)
    }

    /// The namespace and the Provider that a first start makes.
    static func bootstrap(_ client: LocalResourceClient) async throws(APIStatus) {
        var namespace = Namespace()
        namespace.metadata = ObjectMeta(name: "default")
        _ = try await client.create(namespace)
        var object = ProviderObject()
        object.metadata = ObjectMeta(name: SimulatedCluster.providerName)
        object.metadata.annotations[ProviderObject.defaultAnnotation] = "true"
        object.spec.type = .simulated
        _ = try await client.create(object)
    }
}

// What scenarios do.
extension SimulatedCluster {
    public var time: VirtualTime { simulation.time }

    /// Creates the set, or brings the stored one to this spec.
    @discardableResult
    public func apply(_ set: InstanceSet) async throws(APIStatus) -> InstanceSet {
        simulation.transcript.note("user applies \(set.namespace)/\(set.name), \(set.spec.replicas) x \(set.image)")
        while true {
            guard var standing = try await client.find(InstanceSet.self, namespace: set.namespace, name: set.name)
            else {
                return try await client.create(set)
            }
            standing.spec = set.spec
            do throws(APIStatus) {
                return try await client.update(standing)
            } catch  where error.isConflict {
                continue
            }
        }
    }

    public func set(_ name: String, in namespace: String = "default") async throws(APIStatus) -> InstanceSet {
        try await client.get(InstanceSet.self, namespace: namespace, name: name)
    }

    public func delete(
        _ name: String, in namespace: String = "default", propagation: DeleteOptions.Propagation? = nil
    ) async throws(APIStatus) {
        simulation.transcript.note("user deletes \(namespace)/\(name)")
        _ = try await client.delete(
            ObjectReference(InstanceSet.resourceType, namespace: namespace, name: name),
            DeleteOptions(propagation: propagation))
    }

    /// The controller dies in the midst of what it does, and starts again with nothing in memory.
    public func killController() { process.kill() }

    /// The controller dies and stays down until `resumeController`.
    public func stopController() { process.stop() }
    public func resumeController() { process.resume() }

    /// Cuts all controllers off from the API, or lets them through again.
    public func cutAPI(_ isCut: Bool) {
        simulation.transcript.note("API: \(isCut ? "out of reach" : "in reach")")
        network.cut(isCut)
    }

    public func setClientFaults(_ faults: ClientFaults) { network.set(faults) }

    var counts: ClusterCounts {
        ClusterCounts(
            crashes: process.crashes, faults: provider.faultCount + network.faultCount,
            effects: provider.effectCount, handovers: laws.handoverCount, commits: laws.commitCount,
            deaths: engine.deathCount)
    }

    /// Writes with the controller's name, for what it must never do.
    public func asController(_ body: @Sendable (LocalResourceClient) async throws -> Void) async throws {
        try await Writer.$isController.withValue(true) { try await body(client) }
    }

    /// Waits until `condition` holds, looked at every 100 ms.
    public func wait(
        for limit: Duration, _ what: String, _ condition: @Sendable (World) -> Bool
    ) async throws {
        let start = time.uptime
        while !condition(laws.world) {
            guard time.uptime - start < limit else {
                throw ScenarioFailure("not within \(limit): \(what); \(laws.world.standing)")
            }
            try await time.sleep(for: .milliseconds(100))
        }
        simulation.transcript.note("scenario: \(what)")
    }

    /// L5: without faults a fixed point is reached within `limit`, at which nothing is written and no effect is tried for
    /// ten minutes.
    public func settle(within limit: Duration) async throws {
        simulation.transcript.note("scenario: faults stop")
        engine.setFaults(.none)
        network.set(.none)
        network.cut(false)
        provider.setReachable(true)
        let quiet = Duration.seconds(600)
        let start = time.uptime
        var lastChange = time.uptime
        var seen = activity
        while time.uptime - lastChange < quiet {
            try await time.sleep(for: .seconds(5))
            let now = activity
            guard now != seen else { continue }
            guard time.uptime - start < limit else {
                laws.note(
                    LawViolation(
                        .converges, at: time.uptime, objects: now.changed(since: seen),
                        "no fixed point within \(limit) after the faults stopped"))
                return
            }
            (seen, lastChange) = (now, time.uptime)
        }
        laws.ended()
    }

    private var activity: Activity {
        Activity(
            effects: provider.effectCount,
            writes: store.writeCounts.filter { $0.key.resource != Event.resourceType.key })
    }
}

/// What must stand still at a fixed point.
private struct Activity: Equatable {
    let effects: Int
    let writes: [ObjectKey: Int]

    func changed(since before: Activity) -> [String] {
        let objects = writes.filter { before.writes[$0.key] != $0.value }.keys.sorted()
            .map { "\($0.resource) \($0.namespace)/\($0.name)" }
        return effects == before.effects ? objects : objects + ["\(effects - before.effects) provider effects"]
    }
}

extension World {
    /// What the sets say of themselves.
    fileprivate var standing: String {
        sets.values.sorted { $0.name < $1.name }.map { set in
            let ready = set.status.conditions.first { $0.type == "Ready" }
            return "\(set.name): \(ready?.reason ?? "no status"), \(ready?.message ?? "")"
        }.joined(separator: "; ")
    }
}

/// A scenario did not get where it should.
public struct ScenarioFailure: Error, CustomStringConvertible {
    public let description: String

    public init(_ description: String) { self.description = description }
}

extension InstanceSet {
    fileprivate var image: String { spec.template.spec.image }
}
