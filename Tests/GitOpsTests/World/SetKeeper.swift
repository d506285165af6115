import Ambient
import ControllerRuntime
import InfraAPI
import JSON
import Logging
import ResourceAPI
import Simulation

/// Stands in for the controller of InstanceSets: a spec is healthy after a while, unless its image says otherwise. An image with
/// `broken` in its name is rejected, one with `slow` never becomes ready.
struct SetKeeper: Sendable {
    let client: LocalResourceClient
    let simulation: Simulation
    let delay: Duration

    func run() async {
        let cache = ResourceCache<InstanceSet>()
        let news = Signal()
        cache.onChange { _ in news.raise() }
        let logger = Logger(label: "keeper") { _ in SwiftLogNoOpLogHandler() }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await Reflector(client, into: cache, simulation.surroundings, logger: logger).run() }
            group.addTask {
                while !Task.isCancelled {
                    await news.wait()
                    try? await simulation.time.sleep(for: delay)
                    for set in cache.list() { await keep(set, cache) }
                }
            }
        }
    }

    private func keep(_ set: InstanceSet, _ cache: ResourceCache<InstanceSet>) async {
        if set.isBeingDeleted {
            var last = set
            last.metadata.finalizers = []
            if let gone = try? await client.update(last) { cache.absorb(written: gone) }
            return
        }
        guard set.status.observedGeneration != set.metadata.generation else { return }
        var next = set
        let image = set.spec.template.spec.image
        let (isBroken, isSlow) = (image.contains("broken"), image.contains("slow"))
        next.status.observedGeneration = set.metadata.generation
        next.status.updateRevision = "\(set.name)-\(image.filter { $0.isLetter || $0.isNumber })"
        func condition(_ type: String, _ status: Condition.Status, _ reason: String, _ message: String) -> Condition {
            Condition(
                type: type, status: status, reason: reason, message: message,
                observedGeneration: set.metadata.generation, at: simulation.time.now)
        }
        next.status.conditions.remove(type: "Stalled")
        if isBroken {
            next.status.conditions.set(condition("Ready", .false, "RolledBack", "\(image) died"))
            next.status.conditions.set(condition("Stalled", .true, "RolledBack", "\(image) died"))
        } else if isSlow {
            next.status.conditions.set(condition("Ready", .false, "NotReady", "slot 0 is not ready"))
        } else {
            next.status.conditions.set(condition("Ready", .true, "Available", "all slots are available"))
        }
        if let written = try? await client.updateStatus(next) { cache.absorb(written: written) }
    }
}
