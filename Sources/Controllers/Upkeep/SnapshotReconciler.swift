import Ambient
import ControllerRuntime
import InfraAPI
import Logging
import Planning
import ProviderInterface
import ResourceAPI

/// Takes, keeps and removes copies of volumes, for sets and for people alike: what one SlotSnapshot needs next is decided by
/// `SnapshotPlanner`, and the volume's record keeps everybody else away while it is copied.
struct SnapshotReconciler: Sendable {
    let client: any ResourceClient
    let caches: ResourceCaches
    let providers: ProviderRegistry
    let copies: SnapshotCopies
    let events: EventRecorder
    let time: any TimeSource
    let unconfirmed: UnconfirmedWrites
    let planner: @Sendable (SnapshotObservation) -> SnapshotStep

    func reconcile(_ key: NamespacedName, _ logger: Logger) async -> ReconcileOutcome {
        copies.collect(key)
        do throws(APIStatus) { try await unconfirmed.confirm(of: key, from: client) } catch { return .failed(error) }
        guard let snapshot = caches.snapshots.get(key) else {
            copies.forget(key)
            unconfirmed.forget(key)
            return .done
        }
        let observation = observe(snapshot, key)
        let step = planner(observation)
        logger.debug("step", metadata: ["snapshot": "\(key)", "step": "\(step)"])
        do {
            return try await take(step, observation, logger)
        } catch let error as APIStatus where error.isConflict || error.isNotFound {
            return .requeue(after: .milliseconds(100))
        } catch {
            // Whatever was written last was one of these two.
            if let error = error as? APIStatus {
                unconfirmed.note(error, of: snapshot, in: caches.snapshots, owner: key)
                if let volume = observation.volume {
                    unconfirmed.note(error, of: volume, in: caches.volumes, owner: key)
                }
            }
            return .failed(error)
        }
    }

    private func observe(_ snapshot: SlotSnapshot, _ key: NamespacedName) -> SnapshotObservation {
        let volume = caches.volumes.get(NamespacedName(namespace: key.namespace, name: snapshot.spec.volume))
        let name = (snapshot.status.attempt > 0 ? snapshot.status.provider : nil) ?? volume?.spec.provider
        let agent = name.flatMap { providers.agent(named: $0) }
        let missing = ProviderView(
            name: name ?? "", health: .missing("there is no Provider \(name ?? "")"), identity: "",
            capabilities: ProviderCapabilities())
        let holder = volume.flatMap { agent?.unknownHolder(ofVolume: $0.objectUID) }
        return SnapshotObservation(
            now: time.now, snapshot: snapshot, volume: volume, provider: agent?.view ?? missing,
            unknownHolder: holder.flatMap {
                caches.instances.list(index: ResourceCaches.byUID, value: $0.uid).isEmpty ? $0.name : nil
            },
            copying: copies.execution(of: snapshot), need: need(of: snapshot),
            others: caches.snapshots.list(
                index: ResourceCaches.byVolume, value: "\(key.namespace)/\(snapshot.spec.volume)"
            ).filter { $0.uid != snapshot.uid })
    }

    /// What is to be made from it and is not yet.
    private func need(of snapshot: SlotSnapshot) -> String? {
        let volume = caches.volumes.list().first {
            $0.spec.source?.snapshotUID == snapshot.uid && !$0.status.provisioned && !$0.isBeingDeleted
        }
        if let volume { return "volume \(volume.name) is being made from it" }
        let set = caches.sets.list().first { set in
            set.status.restores.contains { $0.snapshotUID == snapshot.uid }
        }
        return set.map { "set \($0.name) is going back to it" }
    }

    /// Every case, exhaustively.
    private func take(
        _ step: SnapshotStep, _ observation: SnapshotObservation, _ logger: Logger
    ) async throws -> ReconcileOutcome {
        let (snapshot, now) = (observation.snapshot, observation.now)
        switch step {
        case .done: return .done
        case .wait(let reason, let message, let until):
            try await state(reason, message, of: snapshot)
            return until.map { .requeue(after: max(.milliseconds(100), $0 - now)) } ?? .done
        case .hold:
            guard let volume = observation.volume else { return .done }
            try await hold(volume, for: snapshot)
            return .requeue(after: .zero)
        case .begin: try await begin(observation)
        case .record(let taken): try await record(taken, observation, logger)
        case .fail(let failure):
            try await fail(failure, observation)
            return .requeue(after: .zero)
        case .release: try await release(observation)
        case .giveUp(let why):
            try await update(snapshot) { status in
                status.phase = "Failed"
                status.conditions.set(ready(.false, SlotSnapshot.overReason, why, snapshot))
            }
            events.record(snapshot, .warning, reason: "SnapshotGivenUp", message: why)
        case .forgetOthers(let names):
            for name in names { try await forget(name, snapshot) }
        case .delete: try await delete(observation, logger)
        }
        return .done
    }

    // MARK: records

    private func update(
        _ snapshot: SlotSnapshot, _ change: (inout SlotSnapshotStatus) -> Void
    ) async throws(APIStatus) {
        var changed = snapshot
        change(&changed.status)
        guard changed.status != snapshot.status else { return }
        caches.snapshots.absorb(written: try await client.updateStatus(changed))
    }

    private func ready(
        _ status: Condition.Status, _ reason: String, _ message: String, _ snapshot: SlotSnapshot
    ) -> Condition {
        Condition(
            type: "Ready", status: status, reason: reason, message: message,
            observedGeneration: snapshot.metadata.generation, at: time.now)
    }

    /// A wait says for what (law L9).
    private func state(_ reason: String, _ message: String, of snapshot: SlotSnapshot) async throws(APIStatus) {
        try await update(snapshot) { status in
            if status.takenAt == nil { status.phase = reason == "Copying" ? "Copying" : "Pending" }
            status.conditions.set(ready(.false, reason, message, snapshot))
        }
    }

    /// Conditional on the version that was looked at: an attachment that was stored meanwhile wins, and this one waits.
    private func hold(_ volume: Volume, for snapshot: SlotSnapshot) async throws(APIStatus) {
        var held = volume
        var copy = VolumeCopy()
        copy.snapshot = snapshot.name
        copy.snapshotUID = snapshot.uid
        copy.startedAt = time.now
        held.status.copy = copy
        held.status.phase = held.status.summary
        caches.volumes.absorb(written: try await client.updateStatus(held))
    }

    private func release(_ observation: SnapshotObservation) async throws(APIStatus) {
        guard var volume = observation.volume, volume.status.copy?.snapshotUID == observation.snapshot.uid else {
            return
        }
        volume.status.copy = nil
        volume.status.phase = volume.status.summary
        caches.volumes.absorb(written: try await client.updateStatus(volume))
    }

    private func begin(_ observation: SnapshotObservation) async throws(APIStatus) {
        guard let volume = observation.volume else { return }
        var intended = observation.snapshot
        intended.status.attempt += 1
        intended.status.phase = "Copying"
        intended.status.provider = volume.spec.provider
        intended.status.conditions.set(ready(.false, "Copying", "the volume is being copied", intended))
        intended = try await client.updateStatus(intended)
        caches.snapshots.absorb(written: intended)
        guard let agent = providers.agent(named: volume.spec.provider) else { return }
        let image = volume.status.revision.flatMap {
            caches.revisions.get(NamespacedName(namespace: volume.namespace, name: $0))?.spec.template.spec.image
        }
        copies.begin(
            SnapshotCopying(snapshot: intended, volume: volume, image: image, agent: agent, client: client))
    }

    private func record(
        _ taken: TakenSnapshot, _ observation: SnapshotObservation, _ logger: Logger
    ) async throws(APIStatus) {
        guard let volume = observation.volume else { return }
        let snapshot = observation.snapshot
        let consistency =
            "volume \(volume.name) was attached to nobody from before the copy began until after it was complete: its last "
            + "attachment had epoch \(volume.status.epoch)"
            + (volume.status.receipts.last.map { ", and ended with a receipt (\($0.proof.rawValue))" } ?? "")
        try await update(snapshot) { status in
            status.phase = "Ready"
            status.provider = volume.spec.provider
            status.providerIdentity = taken.providerIdentity
            status.providerID = taken.providerID
            status.volumeUID = volume.uid
            status.claim = volume.spec.claim
            status.size = volume.status.size ?? volume.spec.size
            status.contentBytes = taken.contentBytes
            status.contentEntries = taken.contentEntries
            status.takenAt = time.now
            status.epoch = volume.status.epoch
            status.revision = volume.status.revision
            status.consistency = consistency
            status.failures = 0
            status.lastFailureAt = nil
            status.conditions.set(ready(.true, "Taken", "the copy is complete", snapshot))
        }
        events.record(
            snapshot, .normal, reason: "SnapshotTaken",
            message: "volume \(volume.name) was copied as of epoch \(volume.status.epoch)")
        logger.notice("volume copied", metadata: ["snapshot": "\(snapshot.name)", "volume": "\(volume.name)"])
    }

    private func fail(_ failure: EffectFailure, _ observation: SnapshotObservation) async throws(APIStatus) {
        let snapshot = observation.snapshot
        try await update(snapshot) { status in
            status.phase = "Failed"
            status.failures += 1
            status.lastFailureAt = failure.at
            status.conditions.set(ready(.false, "CouldNotTry", failure.message, snapshot))
        }
        copies.forget(NamespacedName(snapshot))
        events.record(snapshot, .warning, reason: "SnapshotFailed", message: failure.message)
        try await release(observation)
    }

    private func forget(_ name: String, _ snapshot: SlotSnapshot) async throws(APIStatus) {
        guard let old = caches.snapshots.get(NamespacedName(namespace: snapshot.namespace, name: name)),
            !old.isBeingDeleted, need(of: old) == nil
        else { return }
        caches.snapshots.absorb(written: try await client.delete(old))
    }

    /// The object goes after the copy: whoever restarts in between finds what is left to be done.
    private func delete(_ observation: SnapshotObservation, _ logger: Logger) async throws {
        var snapshot = observation.snapshot
        guard snapshot.metadata.finalizers.contains(SlotSnapshot.finalizer) else { return }
        if snapshot.status.attempt > 0, let name = snapshot.status.provider {
            guard let agent = providers.agent(named: name) else { return }
            try await agent.provider.deleteSnapshot(uid: snapshot.uid)
        }
        snapshot.metadata.finalizers.removeAll { $0 == SlotSnapshot.finalizer }
        caches.snapshots.absorb(written: try await client.update(snapshot))
        logger.notice("snapshot deleted", metadata: ["snapshot": "\(NamespacedName(snapshot))"])
    }
}
