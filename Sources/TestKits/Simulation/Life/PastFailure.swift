import Ambient

/// A life that broke a law once, shrunk to what it takes, with the bug that it showed.
///
/// A script and not a seed of the generator, so that a change of what lives are like leaves it alone. Its seeds choose who comes
/// first; another change of the code may need another one to meet the bug again, so that a few are tried.
public struct PastFailure: Sendable, CustomStringConvertible {
    /// What was wrong, in a sentence.
    public let bug: String
    public let script: LifeScript

    init(
        _ bug: String, seed: UInt64, _ sets: [LifeScript.SetShape], deleted: Set<Int> = [], isCalm: Bool = false,
        _ entries: [(Int, LifeAction)]
    ) {
        self.bug = bug
        script = LifeScript(
            seed: seed, sets, deletedInTheEnd: sets.indices.map { deleted.contains($0) }, isCalm: isCalm,
            entries.map { LifeScript.Entry(pause: $0.0, action: $0.1) })
    }

    public var description: String { bug }

    /// Its own seed, which failed, and those after it.
    public func scripts(_ count: Int) -> [LifeScript] {
        (0..<UInt64(max(1, count))).map { script.with(seed: script.seed &+ $0) }
    }
}
