import JSON

/// Rules of the disruption budget: values that a user wrote and that could never let a step begin.
struct StrategyValidation {
    private let spec: InstanceSetSpec
    private let attachMode: ProviderCapabilities.AttachMode
    private let path = FieldPath([.field("spec"), .field("strategy")])
    private let portsPath = FieldPath([
        .field("spec"), .field("template"), .field("spec"), .field("ports"),
    ])

    init(_ spec: InstanceSetSpec, attachMode: ProviderCapabilities.AttachMode) {
        self.spec = spec
        self.attachMode = attachMode
    }

    func errors() -> [FieldError] {
        let budget = spec.strategy.type == .recreate ? recreateErrors() : surgeErrors() + unavailableErrors()
        return budget + hostPortErrors()
    }

    private func recreateErrors() -> [FieldError] {
        [("maxSurge", spec.strategy.maxSurge), ("maxUnavailable", spec.strategy.maxUnavailable)].compactMap {
            name, value in
            guard value != nil else { return nil }
            return .forbidden(
                path.field(name),
                "Recreate replaces all instances at once, so it has no budget; remove this field, or use RollingReplace"
            )
        }
    }

    /// Why an incoming instance cannot stand beside the outgoing one; nil: it can.
    private var obstacleToSurge: String? {
        if attachMode == .atCreation, !spec.volumeClaimTemplates.isEmpty {
            return "its volume is attached when an instance is made, and the outgoing instance holds it until then"
        }
        if spec.template.spec.ports.contains(where: { $0.hostPort != nil }) {
            return "its host port belongs to the outgoing instance until that is gone"
        }
        if spec.template.spec.network == "host", !spec.template.spec.ports.isEmpty {
            return "under network host its ports belong to the outgoing instance until that is gone"
        }
        return nil
    }

    private func surgeErrors() -> [FieldError] {
        guard let surge = spec.strategy.maxSurge, !surge.isZero, let obstacle = obstacleToSurge else { return [] }
        return [
            .invalid(
                path.field("maxSurge"), surge.json,
                "a slot of this set cannot surge: \(obstacle); remove maxSurge or set it to 0")
        ]
    }

    private func unavailableErrors() -> [FieldError] {
        guard let unavailable = spec.strategy.maxUnavailable, unavailable.isZero else { return [] }
        let rule: String
        if !spec.volumeClaimTemplates.isEmpty {
            rule =
                "may not be 0 in a set with volumes: a volume has one writer, so its slot is unavailable while it is"
                + " handed over; remove maxUnavailable or set it to at least 1"
        } else if let obstacle = obstacleToSurge {
            rule =
                "may not be 0: a slot of this set cannot surge, because \(obstacle); remove maxUnavailable or set it to"
                + " at least 1"
        } else if spec.strategy.maxSurge?.isZero ?? false {
            rule = "may not be 0 while maxSurge is 0: no replacement could ever begin; set one of them to at least 1"
        } else {
            return []
        }
        return [.invalid(path.field("maxUnavailable"), unavailable.json, rule)]
    }

    /// A Provider is one host: a port of it can be bound once.
    private func hostPortErrors() -> [FieldError] {
        guard spec.replicas > 1 else { return [] }
        let isHostNetwork = spec.template.spec.network == "host"
        return spec.template.spec.ports.enumerated().compactMap { index, port in
            if let hostPort = port.hostPort {
                return .invalid(
                    portsPath.index(index).field("hostPort"), .int(Int64(hostPort)),
                    "one host port cannot serve \(spec.replicas) replicas on one host; remove hostPort, so that the"
                        + " provider chooses ports, or set replicas to 1")
            }
            guard isHostNetwork else { return nil }
            return .invalid(
                portsPath.index(index).field("containerPort"), .int(Int64(port.containerPort)),
                "under network host, one port cannot serve \(spec.replicas) replicas on one host; use another network,"
                    + " or set replicas to 1")
        }
    }
}

extension IntOrString {
    /// 0 or `0%`.
    fileprivate var isZero: Bool { resolved(of: 100, rounding: .up) == 0 }

    fileprivate var json: JSONValue {
        switch self {
        case .int(let value): .int(Int64(value))
        case .string(let text): .string(text)
        }
    }
}
