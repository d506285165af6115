import Ambient
import ControllerRuntime
import InfraAPI
import Logging
import ResourceAPI

/// Asks for the deletion of orphaned volumes with the reclaim policy Delete after a grace of running time (law L3).
///
/// What counts is time during which a controller ran and saw the volume orphaned: uptime, added up in
/// `status.orphanedSeconds`. A clock that jumps and a controller that is down add nothing. At most `interval` is lost when
/// the controller ends.
final class OrphanExpiry: Sendable {
    /// Five days.
    static let grace = Duration.seconds(5 * 86_400)
    /// How often the sum is written down.
    static let interval = Duration.seconds(3600)

    private let client: any ResourceClient
    private let caches: ResourceCaches
    private let events: EventRecorder
    private let time: any TimeSource
    /// Uptime up to which the stored sum counts, and of which volume of that name.
    private let counted = Guarded<[NamespacedName: (uid: String, since: Duration)]>([:])

    init(client: any ResourceClient, caches: ResourceCaches, events: EventRecorder, time: any TimeSource) {
        self.client = client
        self.caches = caches
        self.events = events
        self.time = time
    }

    /// Whether time counts against a volume.
    static func applies(to volume: Volume) -> Bool {
        volume.spec.reclaimPolicy == .delete && volume.status.orphanedAt != nil && volume.status.boundSetUID == nil
            && volume.status.attachment == nil && !volume.isBeingDeleted
    }

    /// - Parameter volume: nil when it is gone.
    func reconcile(
        _ key: NamespacedName, _ volume: Volume?, _ logger: Logger
    ) async throws(APIStatus) -> ReconcileOutcome {
        guard let volume, OrphanExpiry.applies(to: volume) else {
            forget(key)
            return .done
        }
        let now = time.uptime
        let since = counted.withLock { counted in
            if let known = counted[key], known.uid == volume.uid { return known.since }
            counted[key] = (volume.uid, now)
            return now
        }
        let total = Duration.seconds(volume.status.orphanedSeconds) + (now - since)
        if total >= OrphanExpiry.grace { return try await expire(volume, logger) }
        guard now - since >= OrphanExpiry.interval else {
            return .requeue(after: min(OrphanExpiry.interval - (now - since), OrphanExpiry.grace - total))
        }
        var noted = volume
        noted.status.orphanedSeconds = Int(total.components.seconds)
        caches.volumes.absorb(written: try await client.updateStatus(noted))
        counted.withLock { $0[key] = (volume.uid, now) }
        return .requeue(after: min(OrphanExpiry.interval, OrphanExpiry.grace - total))
    }

    private func forget(_ key: NamespacedName) { counted.withLock { $0[key] = nil } }

    /// Conditional on the version that the time was counted on: a slot that took it back meanwhile keeps it.
    private func expire(_ volume: Volume, _ logger: Logger) async throws(APIStatus) -> ReconcileOutcome {
        let reference = ObjectReference(Volume.resourceType, namespace: volume.namespace, name: volume.name)
        _ = try await client.delete(
            reference, DeleteOptions(uid: volume.uid, resourceVersion: volume.metadata.resourceVersion))
        let message = "orphaned for 5 days of running time, and its reclaimPolicy is Delete"
        events.record(volume, .normal, reason: "OrphanExpired", message: message)
        logger.notice(
            "volume expired", metadata: ["volume": "\(volume.namespace)/\(volume.name)", "why": "\(message)"])
        forget(NamespacedName(volume))
        return .done
    }
}
