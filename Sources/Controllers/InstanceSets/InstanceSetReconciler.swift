import Ambient
import ControllerRuntime
import InfraAPI
import Logging
import Planning
import ResourceAPI

/// The one actor of a set: it alone plans and executes the steps of the set's slots, in three moves.
struct InstanceSetReconciler: Sendable {
    let caches: ResourceCaches
    let observer: SetObserver
    let applier: PlanApplier
    let effects: EffectRunner
    let memory: EffectMemory
    let probes: ProbeRunner
    let time: any TimeSource
    let planner: @Sendable (SetObservation) -> Plan
    /// When it is tried again after a refusal that nothing has explained.
    private static let patience = Duration.seconds(1)

    func reconcile(_ key: NamespacedName, _ logger: Logger) async -> ReconcileOutcome {
        effects.collectResults(of: key)
        do throws(APIStatus) { try await applier.confirmWrites(of: key) } catch { return .failed(error) }
        guard let set = caches.sets.get(key) else {
            memory.forget(key)
            applier.unconfirmed.forget(key)
            probes.forget(set: key)
            return .done
        }
        let observation = observer.observe(set)
        forgetOldEffects(observation, key)
        let plan = planner(observation)
        for step in plan.steps {
            logger.log(
                level: step.step.isReported ? .info : .debug, "step",
                metadata: ["step": "\(step.step.summary)", "reason": "\(step.reason)", "why": "\(step.message)"])
        }
        do throws(APIStatus) {
            try await applier.apply(plan, observation, logger)
        } catch {
            // The cache was behind the store or behind the plan; the change that mended it has queued the set already.
            if error.isStale { return .requeue(after: InstanceSetReconciler.patience) }
            return .failed(error)
        }
        guard let wakeAt = plan.wakeAt else { return .done }
        return .requeue(after: max(.zero, wakeAt - time.now))
    }

    /// Effects on instances, volumes and templates that the set has no more.
    private func forgetOldEffects(_ observation: SetObservation, _ key: NamespacedName) {
        let instances = Set(observation.instances.map(\.record.uid))
        let volumes = Set(observation.volumes.map(\.record.uid))
        memory.retain(of: key) { effect in
            switch effect {
            case .instance(let uid, _): instances.contains(uid)
            case .volume(let uid), .resizing(let uid): volumes.contains(uid)
            case .image(let image): observation.images[image] != nil
            case .resolution(let hash, let token):
                hash == observation.templateHash && token == observation.set.resolveToken
            }
        }
        probes.retain(set: key, instances: instances)
    }
}
