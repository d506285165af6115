import Ambient
import InfraAPI

/// The life of a simulated cluster as data: which sets there are, what happens when, and what is wanted in the end. Made
/// from a seed; the same seed makes the same script.
public struct LifeScript: Sendable, Hashable {
    public struct Entry: Sendable, Hashable {
        /// Virtual milliseconds since the entry before.
        public var pause: Int
        public var action: LifeAction
    }

    /// What a set of the life is like, whatever is applied to it.
    public struct SetShape: Sendable, Hashable {
        public let name: String
        /// Volumes of each slot.
        public let claims: Int
        /// Whether they are copied before an instance of another revision gets them.
        public var takesSnapshots = false

        public init(name: String, claims: Int, takesSnapshots: Bool = false) {
            self.name = name
            self.claims = claims
            self.takesSnapshots = takesSnapshots
        }

        var canSurge: Bool { claims == 0 }
    }

    public let seed: UInt64
    public let sets: [SetShape]
    public let faults: ProviderFaults
    public let clientFaults: ClientFaults
    public var entries: [Entry]
    /// Sets that are deleted in the end; the others must run the good image.
    public let deletedInTheEnd: [Bool]

    /// Replicas of every set that stays, in the end.
    static let lastReplicas = 3

    public init(seed: UInt64) {
        let random = SeededRandomness(seed: seed).stream("script")
        self.seed = seed
        var sets: [SetShape] = []
        if random.below(3) > 0 { sets.append(SetShape(name: "db", claims: 1 + random.below(2))) }
        if sets.isEmpty || random.below(3) == 0 { sets.append(SetShape(name: "web", claims: 0)) }
        // Another one with volumes of the same claims: what one lets go of is not the other's.
        if random.below(8) == 0 { sets.append(SetShape(name: "kv", claims: 1)) }
        // From a stream of its own, so that what else a seed does stays as it was.
        let copies = SeededRandomness(seed: seed).stream("copies")
        for index in sets.indices where sets[index].claims > 0 { sets[index].takesSnapshots = copies.below(3) > 0 }
        self.sets = sets
        // A quarter of the lives see calm days: there a slip shows that a rough one hides behind its back-offs.
        let isCalm = random.below(4) == 0
        faults = isCalm ? .none : .rough
        clientFaults = isCalm ? .none : .rough
        deletedInTheEnd = sets.map { _ in random.below(6) == 0 }
        entries = sets.indices.map { set in
            Entry(pause: 0, action: .apply(set: set, replicas: 3, image: "app:1", .defaults))
        }
        for _ in 0..<(6 + random.below(18)) {
            // Some right after each other, some after everything has calmed down.
            let pause = random.below(4) == 0 ? random.below(60_000) : random.below(4000)
            entries.append(Entry(pause: pause, action: LifeScript.action(random, sets)))
        }
        if let set = sets.firstIndex(where: \.takesSnapshots) {
            for _ in 0..<copies.below(6) {
                let actions: [LifeAction] = [
                    .undoWithData(set: set), .undoWithData(set: set), .undoWithData(set: set),
                    .snapshot(pick: copies.below(8)), .deleteSnapshot(pick: copies.below(8)),
                ]
                let entry = Entry(pause: copies.below(30_000), action: actions[copies.below(actions.count)])
                entries.insert(entry, at: sets.count + copies.below(entries.count - sets.count + 1))
            }
        }
    }

    /// - Parameter isCalm: whether calls meet no faults.
    init(seed: UInt64, _ sets: [SetShape], deletedInTheEnd: [Bool], isCalm: Bool, _ entries: [Entry]) {
        self.seed = seed
        self.sets = sets
        self.deletedInTheEnd = deletedInTheEnd
        self.entries = entries
        faults = isCalm ? .none : .rough
        clientFaults = isCalm ? .none : .rough
    }

    /// The same script under another seed: everything else happens in another order.
    func with(seed: UInt64) -> LifeScript {
        LifeScript(seed: seed, sets, deletedInTheEnd: deletedInTheEnd, isCalm: faults == .none, entries)
    }

    private static let images = [
        "app:1", "app:2", "app:1", "app:2", "app:slow", "app:stubborn", "app:crashing", "app:deaf", "app:refused",
        "app:unknown", "app:mortal",
    ]

    private static func action(_ random: SeededRandomness, _ sets: [SetShape]) -> LifeAction {
        let set = random.below(sets.count)
        let strategies = SetStrategy.allCases
        switch random.below(36) {
        case 0...7:
            return .apply(
                set: set, replicas: random.below(5), image: images[random.below(images.count)],
                strategies[random.below(strategies.count)])
        case 8, 9: return .scale(set: set, replicas: random.below(6))
        case 10: return .pause(set: set, random.below(2) == 0)
        case 11: return .undo(set: set)
        case 12: return .restart(set: set)
        case 13: return .retry(set: set)
        case 14: return .delete(set: set, orphansInstances: random.below(3) == 0)
        case 15: return .deleteInstance(pick: random.below(8))
        case 16...19: return .killController
        case 20: return .stopController(seconds: 1 + random.below(90))
        case 21: return .cutAPI(seconds: 1 + random.below(60))
        case 22, 23: return .cutProvider(seconds: 1 + random.below(60))
        case 24: return .jumpWallClock(seconds: random.below(7200) - 3600)
        case 25, 26: return .crash(pick: random.below(8))
        case 27, 28: return .vanish(pick: random.below(8))
        case 29: return .losePower
        case 30: return .replaceDataRoot(seconds: 1 + random.below(120))
        case 31: return .fillQuota(seconds: 1 + random.below(120))
        case 32, 33: return .mountByHand(takesName: random.below(2) == 0, seconds: 5 + random.below(90))
        default: return .cutRegistry(seconds: 1 + random.below(120))
        }
    }

    /// The script with only these entries, for a failure that has been shrunk.
    public func keeping(_ indices: [Int]) -> LifeScript {
        var script = self
        script.entries = indices.filter { entries.indices.contains($0) }.map { entries[$0] }
        return script
    }
}

extension SimulatedImage {
    /// The images that lives choose from, by reference.
    public static let ofLives: [(String, SimulatedImage)] = {
        func image(_ digit: Character, _ change: (inout SimulatedImage) -> Void = { _ in }) -> SimulatedImage {
            var image = SimulatedImage(digest: "sha256:\(String(repeating: digit, count: 64))")
            change(&image)
            return image
        }
        return [
            ("app:1", image("1")), ("app:2", image("2")),
            (
                "app:slow",
                image("3") {
                    $0.readyAfter = .seconds(20); $0.stopsWithin = .seconds(8)
                }
            ),
            ("app:stubborn", image("4") { $0.stopsWithin = .seconds(600) }),
            ("app:crashing", image("5") { $0.exitsAfter = .seconds(2) }),
            ("app:deaf", image("6") { $0.readyAfter = nil }),
            ("app:refused", image("7") { $0.startRefusal = "exec: not found" }),
            ("app:mortal", image("8") { $0.exitsAfter = .seconds(75) }),
            ("app:unknown", image("9") { $0.exists = false }),
        ]
    }()

    /// The image that wins in the end.
    static let good = "app:2"
}
