import ControllerRuntime
import InfraAPI
import Logging
import Planning
import ProviderInterface
import ResourceAPI

/// Deletes the data of a Volume whose deletion was asked for and that nobody holds; its set decides everything else.
struct VolumeReconciler: Sendable {
    let client: any ResourceClient
    let caches: ResourceCaches
    let providers: ProviderRegistry

    func reconcile(_ key: NamespacedName, _ logger: Logger) async -> ReconcileOutcome {
        guard let cached = caches.volumes.get(key), cached.isBeingDeleted else { return .done }
        do {
            // What is deleted for ever is read once more where it counts.
            var volume = try await client.get(Volume.self, namespace: key.namespace, name: key.name)
            guard volume.uid == cached.uid, volume.metadata.finalizers.contains(Volume.finalizer) else { return .done }
            guard volume.status.attachment == nil else { return .done }  // its detachment queues it again
            if volume.status.provisioned {
                guard let agent = providers.agent(named: volume.spec.provider), agent.view.health == .reachable else {
                    return .requeue(after: .seconds(5))
                }
                try await agent.provider.deleteVolume(VolumeHandle(uid: volume.objectUID))
            }
            volume.metadata.finalizers.removeAll { $0 == Volume.finalizer }
            caches.volumes.absorb(written: try await client.update(volume))
            logger.notice("volume deleted", metadata: ["volume": "\(key)"])
            return .done
        } catch let error as APIStatus where error.isConflict || error.isNotFound {
            return .requeue(after: .milliseconds(100))
        } catch { return .failed(error) }
    }
}
