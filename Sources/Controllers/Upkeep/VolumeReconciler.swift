import Ambient
import ControllerRuntime
import InfraAPI
import Logging
import Planning
import ProviderInterface
import ResourceAPI

/// Deletes the data of a Volume whose deletion was asked for once no slot has it, and answers requests about volumes that no
/// set claims; its set decides everything else.
struct VolumeReconciler: Sendable {
    let client: any ResourceClient
    let caches: ResourceCaches
    let providers: ProviderRegistry
    let forceDetachments: ForceDetachments
    let expiry: OrphanExpiry
    let stranded: StrandedVolumes
    let time: any TimeSource
    /// How soon a request that a set is to answer is looked at again: the set may be gone by then.
    private static let patience = Duration.seconds(5)

    init(
        client: any ResourceClient, caches: ResourceCaches, providers: ProviderRegistry, events: EventRecorder,
        time: any TimeSource
    ) {
        self.client = client
        self.caches = caches
        self.providers = providers
        self.time = time
        forceDetachments = ForceDetachments(client: client, caches: caches, events: events, time: time)
        expiry = OrphanExpiry(client: client, caches: caches, events: events, time: time)
        stranded = StrandedVolumes(client: client, caches: caches, time: time)
    }

    func reconcile(_ key: NamespacedName, _ logger: Logger) async -> ReconcileOutcome {
        do {
            try await stranded.release(key, logger)
            let isLeft = try await forceDetachments.answer(key, logger)
            let outcome = try await delete(key, logger)
            if case .done = outcome, isLeft { return .requeue(after: VolumeReconciler.patience) }
            return outcome
        } catch let error as APIStatus where error.isConflict || error.isNotFound {
            do throws(APIStatus) { try await caches.volumes.refresh(key, from: client) } catch { return .failed(error) }
            return .requeue(after: .milliseconds(100))
        } catch { return .failed(error) }
    }

    private func delete(_ key: NamespacedName, _ logger: Logger) async throws -> ReconcileOutcome {
        let known = caches.volumes.get(key)
        guard let cached = known, cached.isBeingDeleted else { return try await expiry.reconcile(key, known, logger) }
        // What is deleted for ever is read once more where it counts.
        var volume = try await client.get(Volume.self, namespace: key.namespace, name: key.name)
        guard volume.uid == cached.uid, volume.metadata.finalizers.contains(Volume.finalizer) else { return .done }
        if let (reason, message) = hold(volume) {
            try await state(reason, message, of: volume)
            return .done  // whatever ends it is a change of the volume, which queues it again
        }
        if volume.status.provisioned || volume.status.restoreAttempt > 0 {
            guard let agent = providers.agent(named: volume.spec.provider), agent.view.health == .reachable else {
                try await state("ProviderUnreachable", "provider \(volume.spec.provider) does not answer", of: volume)
                return .requeue(after: .seconds(5))
            }
            try await agent.provider.deleteVolume(VolumeHandle(uid: volume.objectUID))
        }
        volume.metadata.finalizers.removeAll { $0 == Volume.finalizer }
        caches.volumes.absorb(written: try await client.update(volume))
        logger.notice("volume deleted", metadata: ["volume": "\(key)"])
        return .done
    }

    /// Why its data may not go yet; nil: nothing holds it.
    private func hold(_ volume: Volume) -> (reason: String, message: String)? {
        let (status, name) = (volume.status, volume.name)
        if let attachment = status.attachment {
            return (
                "Attached",
                "attached to \(attachment.instance), epoch \(attachment.epoch): it goes once its slot lets go of it; scale the "
                    + "set down, or delete the set"
            )
        }
        if let copy = status.copy {
            return ("Copying", "it is being copied (\(copy.snapshot)): it goes once that is over")
        }
        let set = volume.spec.claim.flatMap {
            caches.sets.get(NamespacedName(namespace: volume.namespace, name: $0.set))
        }
        if let set, status.boundSetUID == set.uid {
            let slot = volume.spec.claim?.slot ?? 0
            return ("Bound", "slot \(slot) of set \(set.name) has it: scale the set down, or delete it")
        }
        let isApproved = volume.metadata.annotations[VolumeDeletion.approvalAnnotation] == volume.uid
        if volume.spec.reclaimPolicy == .retain, status.provisioned, !isApproved {
            return (
                "ApprovalNeeded",
                "it holds data and its reclaimPolicy is Retain: to delete it and its data run \"immctl volume delete "
                    + "\(name) --namespace \(volume.namespace)\""
            )
        }
        return nil
    }

    /// A deletion that waits says for what (law L9).
    private func state(_ reason: String, _ message: String, of volume: Volume) async throws(APIStatus) {
        var stated = volume
        stated.status.conditions.set(
            Condition(
                type: "Deleting", status: .false, reason: reason, message: message,
                observedGeneration: volume.metadata.generation, at: time.now))
        guard stated.status != volume.status else { return }
        caches.volumes.absorb(written: try await client.updateStatus(stated))
    }
}
