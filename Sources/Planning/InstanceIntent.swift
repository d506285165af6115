public import InfraAPI

/// Which effects a record can intend: the controllers' effect runner and the planner use the same names.
public enum InstanceIntent {
    /// The handle's fence: uid of the slot's first volume, in the order of the claims, among those attached to the instance.
    public static func fenceVolume(of instance: Instance, claims: [VolumeClaimTemplate], volumes: [Volume]) -> Volume? {
        guard instance.spec.epoch > 0 else { return nil }
        for claim in claims {
            let name = VolumePlanner.name(claim: claim.name, set: instance.spec.set, slot: instance.spec.slot)
            if let volume = volumes.first(where: { $0.metadata.name == name }) { return volume }
        }
        return nil
    }
}
