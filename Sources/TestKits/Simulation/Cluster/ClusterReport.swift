/// How a scenario ended, with what it takes to run it again.
public struct ClusterReport: Sendable, CustomStringConvertible {
    public let scenario: String
    public let seed: UInt64
    public let end: Simulation.End
    /// Why the scenario itself gave up.
    public let failure: String?
    public let violations: [LawViolation]
    public let escapeCount: Int
    public let jobCount: Int
    public let counts: ClusterCounts
    public let transcript: String

    /// Everything that is wrong with the run; empty when nothing is.
    public var problems: [String] {
        var problems = violations.map(\.description)
        if let failure { problems.append("scenario: \(failure)") }
        if end != .finished { problems.append("the run ended as \(end)") }
        if escapeCount > 0 { problems.append("\(escapeCount) jobs escaped the executor") }
        return problems
    }

    /// The command that runs this seed again.
    public var replayCommand: String { "IMM_SEED=\(seed) swift test --filter '\(scenario)'" }

    /// A run that did not end well may be told from another that ended badly by this.
    public var brokenLaws: [LawViolation.Law] { Array(Set(violations.map(\.law))).sorted { $0.rawValue < $1.rawValue } }

    /// The problems, the transcript before the first of them, and the replay command.
    public var description: String {
        """
        \(scenario), seed \(seed): \(problems.isEmpty ? "no problems" : "")
          \(problems.joined(separator: "\n  "))
        what came before:
          \(excerpt.joined(separator: "\n  "))
        replay: \(replayCommand)
        """
    }

    /// The lines up to the first violation, or the last ones.
    private var excerpt: ArraySlice<Substring> {
        let lines = transcript.split(separator: "\n", omittingEmptySubsequences: false)
        guard let first = violations.first.map({ Transcript.seconds($0.time) }), let limit = Double(first),
            let end = lines.firstIndex(where: { line in
                line.split(separator: " ").first.flatMap { Double($0) }.map { $0 > limit } ?? false
            })
        else { return lines.suffix(60) }
        return lines[..<end].suffix(60)
    }
}

/// What a run covered.
public struct ClusterCounts: Sendable, Hashable {
    /// Times that the controller died in the midst of what it did.
    public var crashes = 0
    /// Calls, answers and events that went wrong.
    public var faults = 0
    /// Calls to the provider that change something.
    public var effects = 0
    /// Attachments of a volume that had one before.
    public var handovers = 0
    public var commits = 0
    /// Instances that ended otherwise than by being told to.
    public var deaths = 0

    public init() {}

    init(crashes: Int, faults: Int, effects: Int, handovers: Int, commits: Int, deaths: Int) {
        self.crashes = crashes
        self.faults = faults
        self.effects = effects
        self.handovers = handovers
        self.commits = commits
        self.deaths = deaths
    }

    public static func + (one: ClusterCounts, other: ClusterCounts) -> ClusterCounts {
        ClusterCounts(
            crashes: one.crashes + other.crashes, faults: one.faults + other.faults,
            effects: one.effects + other.effects, handovers: one.handovers + other.handovers,
            commits: one.commits + other.commits, deaths: one.deaths + other.deaths)
    }
}
