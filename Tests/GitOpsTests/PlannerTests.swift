import Ambient
import GitClient
import InfraAPI
import JSON
import Testing

@testable import GitOps

@Suite struct `Planner` {
    private static let hex = String(repeating: "a", count: 40)

    private static func observation(_ change: (inout SyncObservation) -> Void = { _ in }) -> SyncObservation {
        var source = GitSource()
        source.metadata = ObjectMeta(name: "fleet", namespace: "default")
        source.metadata.generation = 3
        source.spec.url = "https://git.example/fleet.git"
        var observation = SyncObservation(source: source, uptime: .seconds(100), now: .epoch)
        change(&observation)
        return observation
    }

    private static func polled(_ problem: SyncProblem? = nil, due: Duration = .seconds(160), token: String? = nil)
        -> PollFact
    {
        PollFact(request: PollRequest(generation: 3, token: token), problem: problem, failures: 0, due: due)
    }

    @Test func `a new source is told of at once, and its repository is asked`() {
        let plan = SyncPlanner.plan(Self.observation())
        #expect(plan.steps == [.poll(PollRequest(generation: 3, token: nil))])
        #expect(plan.status.conditions["Ready"]?.status == .unknown)
        #expect(plan.status.conditions["Reconciling"]?.status == .true)
    }

    struct Poll: Sendable, CustomTestStringConvertible {
        let name: String
        var poll: PollFact?
        var operations: [String] = []
        var token: String?
        let steps: [SyncStep]
        var wake: Duration?
        var testDescription: String { name }
    }

    private static let asked = PollRequest(generation: 3, token: "now")
    static let polls: [Poll] = [
        Poll(name: "before its time", poll: polled(SyncProblem(.gitFailed, "x")), steps: [], wake: .seconds(160)),
        Poll(
            name: "when it is time", poll: polled(SyncProblem(.gitFailed, "x"), due: .seconds(100)),
            steps: [.poll(PollRequest(generation: 3, token: nil))]),
        Poll(
            name: "at a person's request", poll: polled(SyncProblem(.gitFailed, "x")), token: "now",
            steps: [.poll(asked)]),
        Poll(
            name: "at a request while an older poll hangs", operations: ["poll 3 "], token: "now", steps: [.poll(asked)]
        ),
        Poll(name: "not a third time", operations: ["poll 3 ", "poll 3 before"], token: "now", steps: []),
        Poll(name: "not while it is asked", operations: ["poll 3 now"], token: "now", steps: []),
        Poll(
            name: "by a new spec, and not by the old one", operations: ["poll 2 "],
            steps: [.cancel("poll 2 "), .poll(PollRequest(generation: 3, token: nil))]),
    ]

    @Test(arguments: polls) func `the remote is asked`(_ row: Poll) {
        let plan = SyncPlanner.plan(
            Self.observation { observation in
                observation.facts.poll = row.poll
                observation.operations = row.operations
                observation.source.metadata.annotations[GitSource.syncAnnotation] = row.token
            })
        #expect(plan.steps == row.steps)
        if let wake = row.wake { #expect(plan.wake == wake) }
    }

    @Test func `a preparation of an older commit is called off for a newer one`() throws {
        let commit = try #require(GitCommitID(Self.hex))
        let key = ContentKey(commit: commit, generation: 3, token: nil)
        let plan = SyncPlanner.plan(
            Self.observation { observation in
                observation.facts.poll = Self.polled()
                observation.facts.tip = TipFact(generation: 3, commit: commit)
                observation.operations = ["prepare 3 older "]
            })
        #expect(plan.steps == [.cancel("prepare 3 older "), .prepare(key)])
    }

    @Test func `a suspended source ends what is under way`() {
        let plan = SyncPlanner.plan(
            Self.observation { observation in
                observation.source.spec.suspend = true
                observation.operations = ["poll 3 ", "prepare 3 x "]
            })
        #expect(plan.steps == [.cancel("poll 3 "), .cancel("prepare 3 x ")])
        #expect(plan.status.conditions["Ready"]?.reason == "Suspended")
        #expect(plan.wake == nil)
    }

    // Health.

    struct Health: Sendable, CustomTestStringConvertible {
        let name: String
        let status: JSONValue
        let health: ObjectHealth
        var testDescription: String { name }
    }

    private static func condition(_ type: String, _ status: String, _ reason: String = "R", generation: Int64 = 2)
        -> JSONValue
    {
        [
            "type": .string(type), "status": .string(status), "reason": .string(reason), "message": "m",
            "observedGeneration": .int(generation),
        ]
    }

    private static let unseen = ObjectHealth.progressing("its newest spec was not looked at yet")
    static let healths: [Health] = [
        Health(name: "no status", status: [:], health: .healthy),
        Health(name: "ready", status: ["conditions": [condition("Ready", "True")]], health: .healthy),
        Health(
            name: "not looked at", status: ["observedGeneration": 1, "conditions": [condition("Ready", "True")]],
            health: unseen),
        Health(
            name: "ready of an older spec", status: ["conditions": [condition("Ready", "True", generation: 1)]],
            health: unseen),
        Health(
            name: "reconciling",
            status: ["conditions": [condition("Ready", "True"), condition("Reconciling", "True")]],
            health: .progressing("R: m")),
        Health(name: "not ready", status: ["conditions": [condition("Ready", "False")]], health: .progressing("R: m")),
        Health(
            name: "stalled", status: ["conditions": [condition("Ready", "False"), condition("Stalled", "True")]],
            health: .stalled("R: m")),
        Health(
            name: "rolled back",
            status: [
                "updateRevision": "web-1",
                "conditions": [condition("Ready", "False", "RolledBack"), condition("Stalled", "True")],
            ], health: .rejected(revision: "web-1", message: "m")),
        Health(
            name: "rejected, and stopped",
            status: [
                "updateRevision": "web-1",
                "conditions": [condition("Ready", "False", "Rejected"), condition("Stalled", "True")],
            ], health: .rejected(revision: "web-1", message: "m")),
    ]

    @Test(arguments: healths) func `health is read as kstatus reads it`(_ row: Health) {
        #expect(ObjectHealth(of: ["status": row.status], generation: 2, isTerminating: false) == row.health)
        #expect(ObjectHealth(of: ["status": row.status], generation: 2, isTerminating: true) != .healthy)
    }

    // Prune.

    private static func entries(_ count: Int, kind: String = "Secret") -> [InventoryEntry] {
        (0..<count).map { number in
            var entry = InventoryEntry()
            (entry.apiVersion, entry.kind, entry.namespace, entry.name) = ("v1", kind, "default", "s\(number)")
            entry.uid = "u\(number)"
            return entry
        }
    }

    struct Cap: Sendable {
        let total: Int
        let gone: Int
        let limit: IntOrString
        let isDeleted: Bool
    }

    static let caps: [Cap] = [
        Cap(total: 10, gone: 3, limit: .string("25%"), isDeleted: true),
        Cap(total: 10, gone: 4, limit: .string("25%"), isDeleted: false),
        Cap(total: 1, gone: 1, limit: .string("25%"), isDeleted: true),
        Cap(total: 4, gone: 1, limit: .string("0%"), isDeleted: false),
        Cap(total: 4, gone: 0, limit: .string("0%"), isDeleted: true),
        Cap(total: 10, gone: 5, limit: .int(5), isDeleted: true),
        Cap(total: 10, gone: 6, limit: .int(5), isDeleted: false),
        Cap(total: 10, gone: 1, limit: .int(0), isDeleted: false),
        Cap(total: 10, gone: 10, limit: .string("100%"), isDeleted: true),
    ]

    @Test(arguments: caps) func `the cap counts the inventory, rounded up`(_ cap: Cap) {
        let inventory = Self.entries(cap.total)
        var rules = GitPruning()
        rules.maxDeletions = cap.limit
        let decision = PruneDecision(
            inventory, commit: Self.hex, wanted: Set(inventory.dropFirst(cap.gone).map { ObjectID($0) }), objects: [:],
            rules, [])
        #expect(decision.deletions.count == (cap.isDeleted ? cap.gone : 0))
        #expect((decision.pending?.objects.count ?? 0) == (cap.isDeleted ? 0 : cap.gone))
        #expect(decision.inventory == inventory)
    }

    @Test func `a consent that was begun goes on with what is left of it`() {
        let inventory = Self.entries(4)
        var approval = PruneApproval()
        approval.metadata.name = "yes"
        approval.spec.source = "fleet"
        approval.spec.commit = Self.hex
        approval.spec.objects = Self.entries(6)
        approval.status.outcome = .accepted
        var rules = GitPruning()
        rules.maxDeletions = .int(0)
        let decision = PruneDecision(inventory, commit: Self.hex, wanted: [], objects: [:], rules, [approval])
        #expect(decision.deletions == inventory)
        #expect(decision.answers == [])
        // Not for another commit, and not before it was accepted.
        let other = String(repeating: "b", count: 40)
        #expect(PruneDecision(inventory, commit: other, wanted: [], objects: [:], rules, [approval]).deletions == [])
        approval.status.outcome = .pending
        let early = PruneDecision(inventory, commit: Self.hex, wanted: [], objects: [:], rules, [approval])
        #expect(early.deletions == [])
        #expect(early.answers.map(\.outcome) == [.refused])
    }

    @Test func `a source does not delete itself, and data is never deleted`() {
        var inventory =
            Self.entries(1, kind: "Volume") + Self.entries(1, kind: "Namespace") + Self.entries(1, kind: "GitSource")
        inventory[2].apiVersion = GitSource.resourceType.apiVersion
        let decision = PruneDecision(
            inventory, commit: Self.hex, wanted: [], itself: ObjectID(inventory[2]), objects: [:], GitPruning(), [])
        #expect(decision.inventory == [])
        #expect(decision.deletions == [])
        #expect(decision.released.count == 3)
    }

    @Test func `a revert comes at once, then later and later`() {
        var delays: [Duration] = []
        for count in 1...12 { delays.append(RevertFact(count: count, at: .zero).next) }
        #expect(delays.prefix(4) == [.seconds(1), .seconds(2), .seconds(4), .seconds(8)])
        #expect(delays.last == .seconds(300))
    }

    @Test func `dependencies: missing, not ready, of an older spec, ready, in a circle`() {
        func source(_ name: String, _ dependencies: [String], ready: Condition.Status? = .true, generation: Int = 1)
            -> GitSource
        {
            var source = GitSource()
            source.metadata = ObjectMeta(name: name, namespace: "default")
            source.metadata.generation = generation
            source.spec.dependsOn = dependencies
            if let ready {
                source.status.conditions = [
                    Condition(type: "Ready", status: ready, reason: "R", message: "", observedGeneration: 1, at: .epoch)
                ]
            }
            return source
        }
        func state(_ others: [GitSource]) -> DependencyState {
            DependencyState(of: source("a", ["b"])) { name in others.first { $0.name == name } }
        }
        #expect(state([]) == .waiting("GitSource b is not there"))
        #expect(state([source("b", [], ready: nil)]) == .waiting("GitSource b is not ready"))
        #expect(state([source("b", [], ready: .false)]) == .waiting("GitSource b is not ready: R"))
        #expect(state([source("b", [], generation: 2)]) == .waiting("GitSource b is not ready: R"))
        #expect(state([source("b", [])]) == .ready)
        #expect(
            state([source("b", ["c"]), source("c", ["d", "a"]), source("d", [])]) == .cycle(["a", "b", "c", "a"]))
        #expect(state([source("b", ["c"]), source("c", ["b"])]) == .ready)
    }
}
