import Ambient
import Conformance
import InfraAPI
import ProviderInterface
import Simulation
import Testing

/// What the simulator stands on: its provider keeps the contract that real ones keep.
@Suite struct `Simulated provider's contract` {
    @Test(arguments: ProviderConformance.checks)
    func `volumes are plugged in as at any provider`(check: ProviderConformance.Check) {
        let simulation = Simulation(seed: 1)
        let engine = SimulatedEngine(simulation, attachMode: .hotPlug)
        var exiting = SimulatedImage(digest: "sha256:2")
        (exiting.exitsAfter, exiting.exitCode) = (.seconds(1), 3)
        var refused = SimulatedImage(digest: "sha256:3")
        refused.startRefusal = "exec: not found"
        engine.register("app:1", SimulatedImage(digest: "sha256:1"))
        engine.register("exiting:1", exiting)
        engine.register("refused:1", refused)
        let provider = SimulatedProvider(engine, simulation)
        let end = simulation.run(until: .seconds(10_000)) {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await engine.run() }
                do {
                    for image in ["app@sha256:1", "exiting@sha256:2", "refused@sha256:3"] {
                        try await provider.prepare(image: image)
                    }
                    let subject = ProviderConformance.Subject(
                        provider: provider, lasting: template("app@sha256:1"), exiting: template("exiting@sha256:2"),
                        refused: template("refused@sha256:3"), runsCommands: false,
                        surroundings: simulation.surroundings)
                    try await check.run(on: subject)
                } catch {
                    Issue.record(error)
                }
                group.cancelAll()
            }
        }
        #expect(end == .finished)
    }

    private func template(_ image: String) -> InstanceTemplate {
        var template = InstanceTemplate()
        template.spec.image = image
        return template
    }
}
