import Ambient
import InfraAPI

/// One thing that a user, an engine or a network does to a simulated cluster. Data, so that a failing life can be shrunk
/// and told.
///
/// `pick` chooses among what is there when the action comes: the remainder by the number of candidates.
public enum LifeAction: Sendable, Hashable, CustomStringConvertible {
    // A user.
    case apply(set: Int, replicas: Int, image: String, SetStrategy)
    case scale(set: Int, replicas: Int)
    case pause(set: Int, Bool)
    case undo(set: Int)
    /// As `rollout undo --with-data`.
    case undoWithData(set: Int)
    /// Of a volume, whether it is attached or not.
    case snapshot(pick: Int)
    case deleteSnapshot(pick: Int)
    case restart(set: Int)
    case retry(set: Int)
    case delete(set: Int, orphansInstances: Bool)
    /// A reader of the store edits nothing and breaks nothing: a person deletes an Instance, as with `kubectl delete pod`.
    case deleteInstance(pick: Int)

    // The controller's process and its connections.
    case killController
    case stopController(seconds: Int)
    case cutAPI(seconds: Int)
    case cutProvider(seconds: Int)
    case jumpWallClock(seconds: Int)

    // The engine.
    case crash(pick: Int)
    case vanish(pick: Int)
    /// Somebody puts a container of their own, with a copy of our labels, on the next volume that an instance lets go of.
    case mountByHand(takesName: Bool, seconds: Int)
    case losePower
    case replaceDataRoot(seconds: Int)
    case fillQuota(seconds: Int)
    case cutRegistry(seconds: Int)

    public var description: String {
        switch self {
        case .apply(let set, let replicas, let image, let strategy):
            "apply set-\(set), \(replicas) x \(image), \(strategy)"
        case .scale(let set, let replicas): "scale set-\(set) to \(replicas)"
        case .pause(let set, let isPaused): "\(isPaused ? "pause" : "resume") set-\(set)"
        case .undo(let set): "undo set-\(set)"
        case .undoWithData(let set): "undo set-\(set) with its data"
        case .snapshot(let pick): "snapshot of volume \(pick)"
        case .deleteSnapshot(let pick): "delete snapshot \(pick)"
        case .restart(let set): "restart set-\(set)"
        case .retry(let set): "retry set-\(set)"
        case .delete(let set, let orphans): "delete set-\(set)\(orphans ? ", its instances stay" : "")"
        case .deleteInstance(let pick): "delete instance \(pick)"
        case .killController: "kill the controller"
        case .stopController(let seconds): "controller down for \(seconds) s"
        case .cutAPI(let seconds): "API out of reach for \(seconds) s"
        case .cutProvider(let seconds): "provider out of reach for \(seconds) s"
        case .jumpWallClock(let seconds): "wall clock jumps by \(seconds) s"
        case .crash(let pick): "crash instance \(pick)"
        case .vanish(let pick): "somebody removes instance \(pick)"
        case .mountByHand(let takesName, let seconds):
            "somebody mounts the next free volume for \(seconds) s\(takesName ? ", under its name" : "")"
        case .losePower: "power lost"
        case .replaceDataRoot(let seconds): "another data root for \(seconds) s"
        case .fillQuota(let seconds): "no quota for \(seconds) s"
        case .cutRegistry(let seconds): "registry out of reach for \(seconds) s"
        }
    }
}

/// How a set replaces its instances, in the few forms that lives choose from.
public enum SetStrategy: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    case defaults = "defaults"
    case surgeOnly = "maxSurge 1, maxUnavailable 0"
    case unavailableOnly = "maxSurge 0, maxUnavailable 1"
    case twoUnavailable = "maxUnavailable 2"
    case recreate = "Recreate"
    case minReady = "minReadySeconds 3"

    public var description: String { rawValue }

    /// - Parameter canSurge: whether slots may hold two; one that cannot gets no surge.
    func apply(to spec: inout InstanceSetSpec, canSurge: Bool) {
        spec.strategy = ReplacementStrategy()
        spec.minReadySeconds = self == .minReady ? 3 : 0
        switch self {
        case .defaults, .minReady: break
        case .surgeOnly where canSurge:
            spec.strategy.maxSurge = .int(1)
            spec.strategy.maxUnavailable = .int(0)
        case .surgeOnly: break
        case .unavailableOnly:
            spec.strategy.maxSurge = .int(0)
            spec.strategy.maxUnavailable = .int(1)
        case .twoUnavailable: spec.strategy.maxUnavailable = .int(2)
        case .recreate: spec.strategy.type = .recreate
        }
    }
}
