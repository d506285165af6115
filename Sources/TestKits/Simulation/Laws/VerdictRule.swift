import InfraAPI

/// What a verdict stands on: a revision is rejected for what its image or template did, never for what happened to it; and one word
/// of a person clears a verdict once.
struct VerdictRule: LawRule {
    private struct Clearing: Hashable {
        let revision: String
        let token: String
    }

    private let engine: SimulatedEngine
    private var clearings: [Clearing: Int] = [:]
    /// Where the echo of a token is lost with its writer, the token is obeyed once more.
    private static let mostClearings = 2

    init(_ engine: SimulatedEngine) { self.engine = engine }

    mutating func committed(_ change: RecordChange, before: World, after: World) -> [LawViolation] {
        guard case .revision(let old) = change.before, case .revision(let new) = change.after, Writer.isController
        else {
            return []
        }
        switch (old.status.verdict, new.status.verdict) {
        case (.pending, .rejected): return rejected(new, after)
        case (.rejected, .pending): return cleared(new, after)
        default: return []
        }
    }

    private func rejected(_ revision: Revision, _ world: World) -> [LawViolation] {
        guard let image = engine.image(revision.spec.template.spec.image) else { return [] }
        let set = world.sets.values.first { $0.namespace == revision.namespace && $0.name == revision.spec.set }
        guard !image.canBeBlamed(within: .seconds(set?.spec.progressDeadlineSeconds ?? 0)) else { return [] }
        let evidence = revision.status.evidence.map { "\($0.instance): \($0.message)" } ?? "no evidence"
        return [violation(revision, world, "rejected, though nothing is wrong with its image (\(evidence))")]
    }

    private mutating func cleared(_ revision: Revision, _ world: World) -> [LawViolation] {
        let set = world.sets.values.first { $0.namespace == revision.namespace && $0.name == revision.spec.set }
        guard let token = set?.metadata.annotations["imm.dev/retry"] else {
            return [violation(revision, world, "its verdict was cleared, and nobody asked for that")]
        }
        let clearing = Clearing(revision: revision.uid, token: token)
        clearings[clearing, default: 0] += 1
        guard clearings[clearing, default: 0] > VerdictRule.mostClearings else { return [] }
        return [violation(revision, world, "its verdict was cleared time and again by the one retry \(token)")]
    }

    private func violation(_ revision: Revision, _ world: World, _ message: String) -> LawViolation {
        LawViolation(.newestWins, at: world.uptime, objects: ["revision \(revision.name)"], message)
    }
}

extension SimulatedImage {
    /// Whether an instance of it can fail a gate by itself.
    func canBeBlamed(within deadline: Duration) -> Bool {
        startRefusal != nil || exitsAfter != nil || failsProbesAfter != nil || readyAfter.map { $0 >= deadline } ?? true
    }
}
