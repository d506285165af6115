import InfraAPI

/// What a run of chaos did, and what it found.
struct ChaosReport: CustomStringConvertible {
    let seed: UInt64
    var rounds = 0
    /// How long a rollout takes when nothing is killed.
    var rolloutTime = Duration.zero
    var kills: [ChaosRound.Kill: Int] = [:]
    /// Kills that met a rollout under way.
    var interrupted = 0
    /// Lines that were written while no engine ran.
    var linesWithoutEngine = 0
    var handovers = 0
    var lines = 0
    var violations: [String] = []

    mutating func violation(_ round: Int, _ what: String) { violations.append("round \(round): \(what)") }

    var description: String {
        let kinds = ChaosRound.Kill.allCases.map { "\($0.rawValue) \(kills[$0] ?? 0)" }.joined(separator: ", ")
        return """
            chaos: seed \(seed), \(rounds) rounds; a rollout undisturbed took \(rolloutTime)
            kills: \(kinds); \(interrupted) in the middle of a rollout
            handovers: \(handovers); \(lines) lines written, \(linesWithoutEngine) of them while no engine ran
            violations: \(violations.count)\(violations.map { "\n  " + $0 }.joined())
            """
    }
}
