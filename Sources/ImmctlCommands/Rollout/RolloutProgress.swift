import InfraAPI
import JSON

/// How far a roll-out is: a pure function of the stored set.
struct RolloutProgress: Sendable, Hashable {
    enum State: Sendable, Hashable {
        /// Goes on by itself; `reason` is a code, `message` a sentence.
        case waiting(reason: String, message: String)
        /// Every slot runs the wanted revision and is available, or was left alone by the partition.
        case complete(message: String)
        case failed(reason: String, message: String)
    }

    /// Annotations that ask for a restart, and for the image's tag to be resolved anew.
    static let restartAnnotation = "imm.dev/restartedAt"
    static let resolveAnnotation = "imm.dev/resolve"
    /// The annotation that asks for a rejected revision to be tried again.
    static let retryAnnotation = "imm.dev/retry"

    /// `instanceset.imm.dev/web`
    var set: String
    /// Name of the revision that is wanted; nil while the image is not resolved.
    var revision: String?
    var desired: Int
    var updated: Int
    var ready: Int
    var available: Int
    var state: State
    /// What the set is stuck on; nil while it goes on.
    var stalledReason: String?
    /// The slots, where they were asked for.
    var slots: [SlotPhase] = []

    var isOver: Bool { if case .waiting = state { false } else { true } }

    init(_ set: InstanceSet) {
        let status = set.status
        self.set = "\(InstanceSet.resourceType.qualifiedSingular)/\(set.name)"
        revision = status.targetRevision ?? status.updateRevision
        desired = set.spec.replicas
        updated = status.updatedReplicas
        ready = status.readyReplicas
        available = status.availableReplicas
        state = RolloutProgress.state(of: set)
        stalledReason = status.conditions["Stalled"].flatMap { $0.status == .true ? $0.reason : nil }
    }

    private static func state(of set: InstanceSet) -> State {
        let status = set.status
        let generation = set.metadata.generation
        guard status.observedGeneration >= generation else {
            return .waiting(reason: "NotObserved", message: "the controller has not seen the newest spec yet")
        }
        if let token = set.metadata.annotations[resolveAnnotation], token != status.resolveToken {
            return .waiting(reason: "ResolvingImage", message: "the image is to be resolved anew")
        }
        if let token = set.metadata.annotations[retryAnnotation], token != status.retryToken {
            return .waiting(reason: "RetryRequested", message: "the rejected revision is to be tried again")
        }
        func current(_ type: String) -> Condition? {
            status.conditions[type].flatMap { $0.observedGeneration ?? generation >= generation ? $0 : nil }
        }
        if let progressing = current("Progressing"), progressing.status == .false {
            return .failed(reason: progressing.reason, message: progressing.message)
        }
        if let token = set.metadata.annotations[restartAnnotation], token != status.restartToken {
            let why = set.spec.paused ? ": the set is paused" : ""
            return .waiting(reason: "RestartRequested", message: "the restart is not taken up yet\(why)")
        }
        guard let ready = current("Ready") else {
            return .waiting(reason: "NotObserved", message: "the controller has not judged the newest spec yet")
        }
        if ready.status == .true {
            return .complete(message: "\(status.availableReplicas) of \(set.spec.replicas) available")
        }
        if ready.reason == "Partitioned" {
            return .complete(
                message: "\(status.updatedReplicas) of \(set.spec.replicas) updated, the partition keeps the others")
        }
        let why = current("Stalled") ?? current("Reconciling") ?? ready
        return .waiting(reason: why.reason, message: why.message)
    }

    /// For machines.
    var json: JSONValue {
        let (word, reason, message): (String, String?, String) =
            switch state {
            case .waiting(let reason, let message): ("Progressing", reason, message)
            case .complete(let message): ("Complete", nil, message)
            case .failed(let reason, let message): ("Failed", reason, message)
            }
        var value: JSONValue = [
            "set": .string(set), "replicas": .int(Int64(desired)), "updatedReplicas": .int(Int64(updated)),
            "readyReplicas": .int(Int64(ready)), "availableReplicas": .int(Int64(available)), "state": .string(word),
            "message": .string(message),
        ]
        value["revision"] = revision.map(JSONValue.string)
        value["reason"] = reason.map(JSONValue.string)
        return value
    }
}
