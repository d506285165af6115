import InfraAPI
import Testing

@testable import Planning

/// The laws that can be seen in one observation.
enum Laws {
    static func check(_ observation: SetObservation) throws {
        let spec = observation.set.spec
        guard !observation.set.isBeingDeleted else { return try oneWriter(observation) }
        let template = observation.revisions.last?.spec.template.spec ?? spec.template.spec
        let budget = Budget(spec, claims: spec.volumeClaimTemplates, template: template)
        try #require(
            observation.instances.count { $0.record.spec.slot < spec.replicas } <= budget.maxOccupants,
            "L4: \(observation.instances.count) occupants of at most \(budget.maxOccupants)")
        try oneWriter(observation)
    }

    /// L2: whoever may run and mounts a slot's volumes is the one who is attached.
    static func oneWriter(_ observation: SetObservation) throws {
        for view in observation.instances where view.record.spec.epoch > 0 {
            guard view.fact == .running else { continue }
            for volume in observation.volumes where volume.record.spec.claim?.slot == view.record.spec.slot {
                try #require(
                    volume.record.status.attachment?.instanceUID == view.record.metadata.uid,
                    "L2: \(view.record.metadata.name) runs without being attached to \(volume.record.metadata.name)")
            }
        }
        for volume in observation.volumes {
            let epochs = volume.record.status.receipts.map(\.epoch)
            try #require(epochs == epochs.sorted() && Set(epochs).count == epochs.count, "L2: epochs \(epochs)")
        }
    }
}
