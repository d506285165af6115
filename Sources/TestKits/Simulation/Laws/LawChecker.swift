import Ambient
import InfraAPI
import ObjectStore

/// Watches a simulated cluster: is shown each commit and each call as they happen, and knows at the end which laws were
/// broken, when, on which objects.
public final class LawChecker: Sendable {
    private struct State {
        var world = World()
        var rules: [any LawRule]
        var violations: [LawViolation] = []
        var commits = 0
        var handovers = 0
        /// Volumes and the instances that they were taken from by force, both by uid.
        var forced: [String: Set<String>] = [:]
    }

    private let simulation: Simulation
    private let engine: SimulatedEngine
    private let state: Guarded<State>

    /// - Parameter planAge: how old the state may be that a plan is made on; behind a bad network caches are minutes old.
    public init(_ simulation: Simulation, _ engine: SimulatedEngine, planAge: Duration = .seconds(5)) {
        self.simulation = simulation
        self.engine = engine
        state = Guarded(
            State(rules: [
                NeverEditedRule(), OneWriterRule(), NothingLostRule(), BudgetRule(planAge: planAge),
                NothingForeignRule(), SnapshotRule(), IntentRule(), BackoffRule(), NewestWinsRule(),
                VerdictRule(engine),
            ]))
    }

    /// What was broken so far, by us or in the engine, in the order of time; not what a recorded override explains.
    public var violations: [LawViolation] { all.filter { !isOverridden($0) } }

    /// Second writers that the engine saw after somebody had ended the first one's attachment by force.
    public var overridden: [LawViolation] { all.filter(isOverridden) }

    private var all: [LawViolation] {
        (state.withLock { $0.violations } + engine.contents.violations).enumerated()
            .sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }.map(\.element)
    }

    /// Commits of records that laws speak of.
    var commitCount: Int { state.withLock { $0.commits } }
    /// Attachments of volumes that had one before.
    var handoverCount: Int { state.withLock { $0.handovers } }

    private func isOverridden(_ violation: LawViolation) -> Bool {
        guard violation.law == .oneWriter else { return false }
        let objects = Set(violation.objects)
        return state.withLock { state in
            state.forced.contains { volume, instances in
                objects.contains("volume \(volume)")
                    && instances.contains { objects.contains("instance \($0)") }
            }
        }
    }

    /// As the records and the engine are now.
    public var world: World {
        state.withLock { state in
            var world = state.world
            world.look(simulation, engine)
            return world
        }
    }

    func committed(_ changes: [RecordChange]) {
        state.withLock { state in
            var before = state.world
            before.look(simulation, engine)
            var after = before
            for change in changes {
                after.take(change)
                guard case .volume(let volume) = change.after else { continue }
                for receipt in volume.status.receipts where receipt.proof == .forced {
                    state.forced[volume.uid, default: []].insert(receipt.instanceUID)
                    after.releasedByUsers.insert(receipt.instanceUID)
                }
            }
            state.commits += 1
            state.handovers += changes.count(where: \.isHandover)
            for change in changes {
                for index in state.rules.indices {
                    state.violations += state.rules[index].committed(change, before: before, after: after)
                }
            }
            state.world = after
        }
    }

    func called(_ call: SimulatedProvider.Call) {
        state.withLock { state in
            state.world.look(simulation, engine)
            for index in state.rules.indices { state.violations += state.rules[index].called(call, state.world) }
        }
    }

    /// To be called when faults have stopped and everything has settled.
    func ended() {
        state.withLock { state in
            state.world.look(simulation, engine)
            for index in state.rules.indices { state.violations += state.rules[index].ended(state.world) }
        }
    }

    /// A person told this instance to go: what the budget says of it is not the controller's doing.
    func released(byUser uid: String) { state.withLock { _ = $0.world.releasedByUsers.insert(uid) } }

    func note(_ violation: LawViolation) { state.withLock { $0.violations.append(violation) } }
}

extension World {
    fileprivate mutating func look(_ simulation: Simulation, _ engine: SimulatedEngine) {
        uptime = simulation.time.uptime
        now = simulation.time.now
        self.engine = engine.contents
        shelvedRoots = engine.shelvedRoots
    }
}
