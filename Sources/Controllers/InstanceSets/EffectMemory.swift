import Ambient
import ControllerRuntime
import InfraAPI
import Planning

/// What an effect brought.
enum EffectOutcome: Sendable {
    case resolved(ResolvedRevision)
    case prepared
    case provisioned(ProvisionedVolume)
    case resized(Quantity)
    case instance(InstanceOutcome)
    case failed(EffectFailure.Class, reason: String, message: String)
}

/// An effect of a set: what it is on, and which.
enum EffectKey: Hashable, Sendable {
    case resolution(templateHash: String, token: String?)
    case image(String)
    case volume(uid: String)
    case resizing(uid: String)
    case instance(uid: String, InstanceStep.Name)

    /// The same as the key of a background operation. Effects on one instance have one uid.
    func operation(of set: NamespacedName) -> OperationKey {
        switch self {
        case .resolution(let hash, let token):
            OperationKey(owner: set, uid: "template", step: "Resolve \(hash) \(token ?? "")")
        case .image(let image): OperationKey(owner: set, uid: "image \(image)", step: "Prepare")
        case .volume(let uid): OperationKey(owner: set, uid: uid, step: "Provision")
        case .resizing(let uid): OperationKey(owner: set, uid: uid, step: "Resize")
        case .instance(let uid, let step): OperationKey(owner: set, uid: uid, step: step.rawValue)
        }
    }
}

/// How far the effects of the sets have come in this process. Losing it loses nothing: what records intend is executed
/// again after a restart.
final class EffectMemory: Sendable {
    struct Entry: Sendable {
        var outcome: EffectOutcome?
        var attempts = 0
        var endedAt = Timestamp.epoch
    }

    private struct HashedTemplate: Sendable {
        let template: InstanceTemplate
        let claims: [VolumeClaimTemplate]
        let hash: String
    }

    private let sets = Guarded<[NamespacedName: [EffectKey: Entry]]>([:])
    private let templates = Guarded<[NamespacedName: HashedTemplate]>([:])

    /// Hash of the template and the claims as the user wrote them: made anew when they have changed, not for each reconcile.
    ///
    /// - Parameter isStored: false for a set that somebody merely plans: nobody would say when to forget it.
    func templateHash(of set: InstanceSet, isStored: Bool) -> String {
        let (template, claims, key) = (set.spec.template, set.spec.volumeClaimTemplates, NamespacedName(set))
        if let known = templates.withLock({ $0[key] }), known.template == template, known.claims == claims {
            return known.hash
        }
        let hash = RevisionHash.templateHash(template, claims: claims)
        if isStored { templates.withLock { $0[key] = HashedTemplate(template: template, claims: claims, hash: hash) } }
        return hash
    }

    func begin(_ key: EffectKey, of set: NamespacedName) {
        sets.withLock { sets in
            var entry = sets[set]?[key] ?? Entry()
            entry.outcome = nil
            sets[set, default: [:]][key] = entry
        }
    }

    func end(_ key: EffectKey, of set: NamespacedName, _ outcome: EffectOutcome, at time: Timestamp) {
        sets.withLock { sets in
            var entry = sets[set]?[key] ?? Entry()
            entry.outcome = outcome
            entry.endedAt = time
            if case .failed = outcome { entry.attempts += 1 } else { entry.attempts = 0 }
            sets[set, default: [:]][key] = entry
        }
    }

    /// Forgets an effect that never began.
    func cancel(_ key: EffectKey, of set: NamespacedName) {
        sets.withLock { $0[set]?[key] = nil }
    }

    /// Forgets what is on objects that are gone: the memory is as large as the set.
    func retain(of set: NamespacedName, where isKept: (EffectKey) -> Bool) {
        sets.withLock { sets in
            guard let entries = sets[set] else { return }
            let kept = entries.filter { isKept($0.key) }
            sets[set] = kept.isEmpty ? nil : kept
        }
    }

    func forget(_ set: NamespacedName) {
        sets.withLock { $0[set] = nil }
        templates.withLock { $0[set] = nil }
    }

    func execution<Success>(
        _ key: EffectKey, of set: NamespacedName, _ success: (EffectOutcome) -> Success?
    ) -> Execution<Success> {
        guard let entry = sets.withLock({ $0[set]?[key] }) else { return .notStarted }
        switch entry.outcome {
        case nil: return .inFlight
        case .failed(let kind, let reason, let message):
            return .failed(
                EffectFailure(kind: kind, reason: reason, message: message, attempts: entry.attempts, at: entry.endedAt)
            )
        case let outcome?: return success(outcome).map { .succeeded($0) } ?? .notStarted
        }
    }
}
