import Ambient
import ControllerRuntime
import Controllers
import Logging
import ProviderInterface
import ResourceAPI

/// One life of the controller after another: runs, dies when it is killed, starts again with nothing in memory.
final class ControllerProcess: Sendable {
    private struct State {
        var client: MortalClient?
        var isWanted = true
        var lives = 0
        var crashes = 0
    }

    private let cluster: ClusterParts
    private let state = Guarded(State())
    private let death = Signal()
    private let start = Signal()

    init(_ cluster: ClusterParts) { self.cluster = cluster }

    /// Times that it was killed while it lived.
    var crashes: Int { state.withLock { $0.crashes } }

    /// Dies in the midst of whatever it does; starts again at once, unless `stop` was called.
    func kill() {
        cluster.simulation.transcript.note("controller killed")
        let living = state.withLock { state -> MortalClient? in
            defer { state.client = nil }
            if state.client != nil { state.crashes += 1 }
            return state.client
        }
        living?.die()
        // One that is dead already does not die of it in its next life.
        if living != nil { death.raise() }
    }

    /// Dies and stays down until `resume`.
    func stop() {
        state.withLock { $0.isWanted = false }
        kill()
    }

    func resume() {
        state.withLock { $0.isWanted = true }
        start.raise()
    }

    func run() async {
        while !Task.isCancelled {
            guard state.withLock({ $0.isWanted }) else {
                await start.wait()
                continue
            }
            await live()
        }
    }

    private func live() async {
        let life = state.withLock { state in
            state.lives += 1
            return state.lives
        }
        let simulation = cluster.simulation
        simulation.transcript.note("controller starts, life \(life)")
        let client = MortalClient(
            cluster.client, simulation, simulation.randomness.stream("client \(life)"), cluster.network)
        state.withLock { $0.client = client }
        let provider = cluster.mutant.provider(cluster.provider)
        let controllers = ControllerSet(
            client: cluster.mutant.client(client), installation: cluster.installation, factory: { _ in provider },
            probeTransport: SimulatedProbeTransport(
                engine: cluster.engine, simulation: simulation,
                randomness: simulation.randomness.stream("probes \(life)")),
            simulation.surroundings, logger: cluster.logger, planner: cluster.mutant.planner(),
            snapshotPlanner: cluster.mutant.snapshots)
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await controllers.run() }
            group.addTask { await self.death.wait() }
            await group.next()
            client.die()
            group.cancelAll()
        }
    }
}

/// What a controller is put together from.
struct ClusterParts: Sendable {
    let simulation: Simulation
    let client: LocalResourceClient
    let engine: SimulatedEngine
    let provider: SimulatedProvider
    let network: ClientNetwork
    let installation: Installation
    let mutant: Mutant
    let logger: Logger
}
