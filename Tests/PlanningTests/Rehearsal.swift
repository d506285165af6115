import Ambient
import InfraAPI
import Testing

@testable import Planning

/// An imagined world in which instances of some images fail, and in which people change their minds. Tells its story.
struct Rehearsal {
    enum Failure: Sendable {
        /// Exits by itself as soon as it runs.
        case dies(code: Int)
        /// Is available for one plan, and exits then.
        case diesLater(code: Int)
        case neverReady
        /// Its probe never has an answer.
        case unanswered
        case notLive
        case refused
        case couldNotTry
        case outOfMemory
        /// Exits while nobody watches.
        case unwatched
        case signalled
        /// Is removed behind our back.
        case lost
    }

    var world: ImaginedWorld
    /// By image as the user wrote it.
    var failures: [String: Failure] = [:]
    private(set) var lines: [String] = []
    private var plans = 0

    init(_ observation: SetObservation) { world = ImaginedWorld(observation) }

    var set: InstanceSet { world.observation.set }
    var status: InstanceSetStatus { world.observation.set.status }
    var now: Timestamp { world.observation.now }

    func revision(_ image: String) -> Revision? {
        world.observation.revisions.first { $0.spec.requestedImage == image }
    }

    func name(_ image: String) -> String { revision(image)?.metadata.name ?? "none" }

    /// Images of the instances that stay, by slot.
    var images: [String] {
        let staying = world.observation.instances.map(\.record).filter { !$0.isBeingDeleted }
        return staying.sorted { ($0.spec.slot, $0.metadata.name) < ($1.spec.slot, $1.metadata.name) }.map { record in
            world.observation.revisions.first { $0.metadata.name == record.spec.revision }?.spec.requestedImage ?? "?"
        }
    }

    /// A person changes the set.
    mutating func apply(_ what: String = "", _ change: (inout InstanceSet) -> Void) {
        if !what.isEmpty { lines.append("a person: \(what)") }
        var observation = world.observation
        change(&observation.set)
        observation.set.metadata.generation += 1
        observation.templateHash = Fixture.templateHash(observation.set)
        var resolved = Fixture.resolved(observation.set, observation.templateHash)
        resolved.resolveToken = observation.set.metadata.annotations[RevisionChoice.resolveAnnotation]
        observation.resolution = .succeeded(resolved)
        world.observation = observation
    }

    mutating func apply(image: String) {
        apply("runs \(image)") { $0.spec.template.spec.image = image }
    }

    /// Plans until nothing more is planned, or so much time has gone by.
    mutating func run(for limit: Duration = .seconds(100_000), sourceLocation: SourceLocation = #_sourceLocation) throws
    {
        let end = now + limit
        for _ in 0..<3000 {
            guard now < end, let plan = world.advance() else { return }
            tell(plan)
            try Laws.check(world.observation)
            for index in world.observation.instances.indices { fail(&world.observation.instances[index]) }
        }
        Issue.record("no fixed point", sourceLocation: sourceLocation)
    }

    /// Plans until a condition holds.
    mutating func run(until isDone: (Rehearsal) -> Bool) throws {
        for _ in 0..<3000 {
            if isDone(self) { return }
            guard let plan = world.advance() else { break }
            tell(plan)
            try Laws.check(world.observation)
            for index in world.observation.instances.indices { fail(&world.observation.instances[index]) }
        }
        try #require(isDone(self))
    }

    private func fail(_ view: inout InstanceView) {
        let revision = world.observation.revisions.first { $0.metadata.name == view.record.spec.revision }
        guard let failure = failures[revision?.spec.requestedImage ?? ""] else { return }
        let isNew = view.fact == .running && view.record.status.startedAt == nil
        switch failure {
        case .dies(let code) where isNew: view.fact = .exited(code: code)
        case .diesLater(let code) where view.fact == .running && view.record.status.availableAt != nil:
            view.fact = .exited(code: code)
        case .neverReady where isNew: view.readiness = .fail(since: now)
        case .unanswered where isNew: view.readiness = .unknown
        case .notLive where isNew: view.liveness = .fail(since: now)
        case .refused where isNew, .couldNotTry where isNew:
            let isRefused = if case .refused = failure { true } else { false }
            view.fact = .created
            view.observed?.startedAt = nil
            let step: InstanceStep.Name = view.record.spec.epoch > 0 ? .start : .launch
            view.executions[step] = .failed(
                EffectFailure(
                    kind: isRefused ? .blamesRevision : .couldNotTry, reason: isRefused ? "StartRefused" : "PortTaken",
                    message: isRefused ? "exec: not found" : "port 80 is taken", attempts: 1, at: now))
        case .outOfMemory where isNew: (view.fact, view.endCause) = (.exited(code: 137), .outOfMemory)
        case .unwatched where isNew: (view.fact, view.endCause) = (.exited(code: 1), .unwatched)
        case .signalled where isNew: (view.fact, view.endCause) = (.exited(code: 0), .signalled)
        case .lost where isNew:
            view.record.status.providerID = view.observed?.providerID
            (view.fact, view.observed) = (.absent, nil)
        default: break
        }
        // Probes end with the instance.
        if case .exited = view.fact { view.readiness = .unknown }
    }

    private mutating func tell(_ plan: Plan) {
        plans += 1
        guard !plan.steps.isEmpty else { return }
        lines.append("plan \(plans)")
        for planned in plan.steps {
            let place = planned.slot.map { "slot \($0)" } ?? "set"
            lines.append("  \(place): \(planned.step.name)  [\(planned.reason.rawValue)] \(planned.message)")
        }
        for wait in plan.waits {
            lines.append("  \(wait.slot.map { "slot \($0)" } ?? "set") waits: \(wait.reason.rawValue)")
        }
    }

    /// How it ended, as the set tells it.
    var ending: [String] {
        ["in the end: \(images.joined(separator: ", "))"]
            + status.conditions.map { "  \($0.type)=\($0.status.rawValue) \($0.reason): \($0.message)" }
    }
}

extension Step {
    /// The case's name.
    var name: String { String("\(self)".prefix { $0 != "(" }) }
}
