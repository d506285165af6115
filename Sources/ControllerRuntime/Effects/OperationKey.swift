/// Names a background operation: whose it is, on which object, and which step of it.
public struct OperationKey: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The key of the set that is queued again when the operation ends.
    public let owner: NamespacedName
    /// uid of the object that the effect is on.
    public let uid: String
    /// Name or id of the step.
    public let step: String

    public init(owner: NamespacedName, uid: String, step: String) {
        self.owner = owner
        self.uid = uid
        self.step = step
    }

    public static func < (left: OperationKey, right: OperationKey) -> Bool {
        (left.owner, left.uid, left.step) < (right.owner, right.uid, right.step)
    }

    public var description: String { "\(owner) \(uid) \(step)" }
}

/// How a background operation ended.
public enum OperationResult<Outcome: Sendable>: Sendable {
    /// It ran; a cancelled operation says so in its outcome.
    case finished(Outcome)
    /// It was cancelled before it began: nothing was done.
    case neverBegan
}
