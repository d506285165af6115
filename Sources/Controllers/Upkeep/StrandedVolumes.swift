import Ambient
import ControllerRuntime
import InfraAPI
import Logging
import ResourceAPI

/// Orphans volumes that are bound to a set that is gone. A set orphans its own volumes before it goes, those of which it knows:
/// the last thing that it wrote may have reached the store and not it.
struct StrandedVolumes: Sendable {
    let client: any ResourceClient
    let caches: ResourceCaches
    let time: any TimeSource

    /// Whether it is bound, held by nobody, and its set is not in the cache.
    static func applies(to volume: Volume, _ caches: ResourceCaches) -> Bool {
        guard let bound = volume.status.boundSetUID, volume.status.attachment == nil, let claim = volume.spec.claim
        else {
            return false
        }
        return caches.sets.get(NamespacedName(namespace: volume.namespace, name: claim.set))?.uid != bound
    }

    /// What the cache misses is read once more: a set that is new may have bound it a moment ago.
    func release(_ key: NamespacedName, _ logger: Logger) async throws(APIStatus) {
        guard let volume = caches.volumes.get(key), StrandedVolumes.applies(to: volume, caches),
            let claim = volume.spec.claim
        else { return }
        let set = try await client.find(InstanceSet.self, namespace: key.namespace, name: claim.set)
        guard set?.uid != volume.status.boundSetUID else { return }
        var released = volume
        released.status.boundSetUID = nil
        released.status.orphanedAt = time.now
        released.status.phase = released.status.summary
        caches.volumes.absorb(written: try await client.updateStatus(released))
        logger.notice("volume orphaned, its set is gone", metadata: ["volume": "\(key)", "set": "\(claim.set)"])
    }
}
