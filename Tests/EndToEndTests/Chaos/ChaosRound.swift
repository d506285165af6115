/// One round: a rollout, and one kill at a moment of it.
struct ChaosRound: Sendable {
    enum Kill: String, Sendable, CaseIterable {
        /// A container that runs or leaves, by signal or removed by force.
        case container
        case immd
        /// The engine; the containers run on, and the engine that comes back takes them over.
        case engine
        /// The engine; when it comes back it ends the containers that ran on meanwhile.
        case engineAndContainers = "engine and containers"
        case immdAndEngine = "immd and engine"

        var stopsEngine: Bool { self == .engine || self == .engineAndContainers || self == .immdAndEngine }
        var stopsDaemon: Bool { self == .immd || self == .immdAndEngine }
    }

    let number: Int
    let kill: Kill
    /// When the kill comes after the release, in thousandths of the time that a rollout takes undisturbed.
    let moment: Int
    /// From the kill to the start of what was killed.
    let downtime: Duration
    /// Which container, and how; any number.
    let choice: UInt64
    /// Whether the round is awaited before the next one begins. Where it is not, the next release meets a rollout that the
    /// kill left half way.
    let isAwaited: Bool

    /// The rounds of a seed. Of each run of as many rounds as there are kinds of kill, each kind has one.
    static func rounds(_ count: Int, seed: UInt64) -> [ChaosRound] {
        var random = SplitMix(state: seed)
        var kinds: [Kill] = []
        return (1...count).map { number in
            if kinds.isEmpty { kinds = Kill.allCases.shuffled(using: &random) }
            let kill = kinds.removeLast()
            return ChaosRound(
                number: number, kill: kill, moment: Int(random.next() % 1000),
                downtime: .milliseconds(Int(random.next() % 2500)), choice: random.next(),
                isAwaited: number == count || random.next() % 3 > 0)
        }
    }
}
