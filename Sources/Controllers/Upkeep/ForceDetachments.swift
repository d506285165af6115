import Ambient
import ControllerRuntime
import InfraAPI
import Logging
import Planning
import ResourceAPI

/// Answers requests to end attachments by force for volumes of which no set decides: none that claims them is there.
struct ForceDetachments: Sendable {
    let client: any ResourceClient
    let caches: ResourceCaches
    let events: EventRecorder
    let time: any TimeSource

    /// Returns whether requests are left, which the volume's set answers.
    func answer(_ key: NamespacedName, _ logger: Logger) async throws(APIStatus) -> Bool {
        let requests = caches.forceDetaches.list(index: ResourceCaches.pending, value: key.namespace)
            .filter { $0.spec.volume == key.name }.inOrderOfCreation
        guard !requests.isEmpty else { return false }
        if let claim = caches.volumes.get(key)?.spec.claim,
            caches.sets.get(NamespacedName(namespace: key.namespace, name: claim.set)) != nil
        {
            return true
        }
        for request in requests { try await answer(request, key, logger) }
        return false
    }

    private func answer(
        _ request: VolumeForceDetach, _ key: NamespacedName, _ logger: Logger
    ) async throws(APIStatus) {
        var answered = request
        var volume = try await client.find(Volume.self, namespace: key.namespace, name: key.name)
        switch ForceDetachDecision(request, on: volume, now: time.now) {
        case .accept(let receipt, let status):
            volume?.status.end(with: receipt)
            if let ended = volume { caches.volumes.absorb(written: try await client.updateStatus(ended)) }
            answered.status = status
        case .acknowledge(let status), .refuse(let status): answered.status = status
        }
        caches.forceDetaches.absorb(written: try await client.updateStatus(answered))
        let isAccepted = answered.status.outcome == .accepted
        let why = (isAccepted ? answered.status.notProven : answered.status.message) ?? ""
        let reason: Reason = isAccepted ? .forceDetached : .forceDetachRefused
        logger.warning(
            "volume force-detach",
            metadata: [
                "volume": "\(key)", "request": "\(request.name)", "by": "\(request.status.requestedBy ?? "")",
                "outcome": "\(answered.status.outcome.rawValue)", "why": "\(why)",
            ])
        let message = "\(request.name) by \(request.status.requestedBy ?? "somebody"): \(request.spec.reason); \(why)"
        if let volume {
            events.record(volume, .warning, reason: reason.rawValue, message: message)
        } else {
            events.record(answered, .warning, reason: reason.rawValue, message: message)
        }
    }
}

extension [VolumeForceDetach] {
    var inOrderOfCreation: [VolumeForceDetach] {
        sorted {
            ($0.metadata.creationTimestamp ?? .epoch, $0.name) < ($1.metadata.creationTimestamp ?? .epoch, $1.name)
        }
    }
}

extension VolumeStatus {
    /// The attachment is over: the last ten receipts are kept.
    mutating func end(with receipt: DetachReceipt) {
        attachment = nil
        receipts = (receipts + [receipt]).suffix(10)
        phase = summary
    }
}
