public import Ambient

/// Kubernetes' `metav1.Condition`; a map by type. kstatus reads Ready, Reconciling and Stalled.
public struct Condition: Sendable, Hashable {
    public enum Status: String, Sendable, Hashable, CaseIterable {
        case `true` = "True"
        case `false` = "False"
        case unknown = "Unknown"
    }

    public var type = ""
    public var status = Status.unknown
    public var observedGeneration: Int?
    public var lastTransitionTime = Timestamp.epoch
    /// A reason code in CamelCase.
    public var reason = ""
    public var message = ""

    public init() {}

    public init(
        type: String, status: Status, reason: String, message: String, observedGeneration: Int?, at time: Timestamp
    ) {
        self.type = type
        self.status = status
        self.observedGeneration = observedGeneration
        self.lastTransitionTime = time
        self.reason = reason
        self.message = message
    }
}

extension [Condition] {
    public subscript(type: String) -> Condition? { first { $0.type == type } }

    /// Sets a condition; the transition time changes only when the status does.
    public mutating func set(_ condition: Condition) {
        guard let index = firstIndex(where: { $0.type == condition.type }) else {
            append(condition)
            return
        }
        var condition = condition
        if self[index].status == condition.status { condition.lastTransitionTime = self[index].lastTransitionTime }
        self[index] = condition
    }

    public mutating func remove(type: String) { removeAll { $0.type == type } }
}
