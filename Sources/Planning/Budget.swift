public import InfraAPI

/// Law L4: how many instances may be missing and how many may be there besides. One budget for every reason to replace.
public struct Budget: Sendable, Hashable {
    public var replicas: Int
    public var maxSurge: Int
    public var maxUnavailable: Int

    /// The least number of available instances that a voluntary step must leave.
    public var minAvailable: Int { max(0, replicas - maxUnavailable) }
    /// The greatest number of occupants that the provider may hold.
    public var maxOccupants: Int { replicas + maxSurge }

    public init(replicas: Int, maxSurge: Int, maxUnavailable: Int) {
        self.replicas = replicas
        self.maxSurge = maxSurge
        self.maxUnavailable = maxUnavailable
    }

    /// Resolves what the user wrote, or chooses: 25 % / 25 % (surge up, unavailable down; both 0: unavailable 1). Slots that
    /// cannot surge get surge 0 and unavailable max(1, 25 %).
    public init(_ spec: InstanceSetSpec, claims: [VolumeClaimTemplate], template: InstanceTemplateSpec) {
        let replicas = spec.replicas
        let canSurge = Budget.canSurge(claims: claims, template: template)
        switch spec.strategy.type {
        case .recreate:
            self.init(replicas: replicas, maxSurge: 0, maxUnavailable: replicas)
        case .rollingReplace:
            let quarter = IntOrString.string("25%")
            let wantedSurge = spec.strategy.maxSurge?.resolved(of: replicas, rounding: .up)
            let surge = canSurge ? wantedSurge ?? quarter.resolved(of: replicas, rounding: .up) ?? 0 : 0
            var unavailable =
                spec.strategy.maxUnavailable?.resolved(of: replicas, rounding: .down)
                ?? quarter.resolved(of: replicas, rounding: .down) ?? 0
            if surge == 0 { unavailable = max(1, unavailable) }
            self.init(replicas: replicas, maxSurge: surge, maxUnavailable: unavailable)
        }
    }

    /// Whether two occupants may stand in one slot at the same time: not with a volume that is attached at creation, not
    /// with a host port.
    public static func canSurge(claims: [VolumeClaimTemplate], template: InstanceTemplateSpec) -> Bool {
        guard claims.isEmpty else { return false }
        return template.network == "host" ? template.ports.isEmpty : template.ports.allSatisfy { $0.hostPort == nil }
    }
}
