/// Makes a failing life shorter: entries are left out, halves first, as long as the same law stays broken.
public struct LifeShrinker {
    /// Runs that a shrinking may take.
    private static let runLimit = 100

    private let script: LifeScript
    private let mutant: Mutant
    private var runs = 0

    public init(_ script: LifeScript, mutant: Mutant = .none) {
        self.script = script
        self.mutant = mutant
    }

    /// Indices of the entries that are needed for a failure like that of the whole script.
    public static func shrink(_ script: LifeScript, like report: ClusterReport, mutant: Mutant = .none) -> [Int] {
        var shrinker = LifeShrinker(script, mutant: mutant)
        return shrinker.shrink(like: report)
    }

    private mutating func shrink(like report: ClusterReport) -> [Int] {
        var kept = Array(script.entries.indices)
        var size = max(1, kept.count / 2)
        while true {
            var start = 0
            while start < kept.count {
                let candidate = Array(kept[..<start] + kept[min(start + size, kept.count)...])
                guard runs < LifeShrinker.runLimit else { return kept }
                if fails(candidate, like: report) { kept = candidate } else { start += size }
            }
            if size == 1 { return kept }
            size = max(1, size / 2)
        }
    }

    private mutating func fails(_ indices: [Int], like report: ClusterReport) -> Bool {
        runs += 1
        let other = Life.run(script.keeping(indices), mutant: mutant)
        if report.brokenLaws.isEmpty { return other.brokenLaws.isEmpty && !other.problems.isEmpty }
        return !Set(other.brokenLaws).isDisjoint(with: report.brokenLaws)
    }
}
