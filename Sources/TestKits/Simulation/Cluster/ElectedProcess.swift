import Ambient
import ControllerRuntime
import Controllers
import Logging
import ProviderInterface
import ResourceAPI

/// A controller process that competes for the leader's lease and can be stopped and let go on.
public final class ElectedProcess: Sendable {
    public let name: String
    public let gate: ProcessGate
    public let provider: SimulatedProvider
    private let elector: LeaderElector
    private let make: @Sendable (any ResourceClient) -> ControllerSet

    static let lease = NamespacedName(namespace: "default", name: "controllers")

    init(
        _ name: String, _ simulation: Simulation, _ client: LocalResourceClient, _ engine: SimulatedEngine,
        _ laws: LawChecker, logger: Logger
    ) {
        let gate = ProcessGate()
        self.name = name
        self.gate = gate
        let provider = SimulatedProvider(engine, simulation, gate: gate) { laws.called($0) }
        self.provider = provider
        let surroundings = Surroundings(
            time: GatedTime(base: simulation.time, gate: gate), randomness: simulation.randomness.stream(name))
        let own = MortalClient(
            client, simulation, simulation.randomness.stream("client \(name)"), ClientNetwork(), time: surroundings.time
        )
        var logger = logger
        logger[metadataKey: "process"] = "\(name)"
        let probes = SimulatedProbeTransport(
            engine: engine, simulation: simulation, randomness: simulation.randomness.stream("probes \(name)"))
        elector = LeaderElector(own, ElectedProcess.lease, identity: name, surroundings, logger: logger)
        make = { [logger] client in
            ControllerSet(
                client: client, installation: Installation(id: "sim", key: Array("simulation".utf8)),
                factory: { _ in provider }, probeTransport: probes, surroundings, logger: logger)
        }
    }

    /// Whether its controllers run; a stopped one may still think so.
    public var leads: Bool { elector.term != nil }

    func run() async {
        await elector.run { [make] _, client in await make(client).run() }
    }
}
