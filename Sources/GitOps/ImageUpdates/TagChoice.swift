import InfraAPI

/// Which tag of an image is the newest, by what its policy compares.
struct TagChoice: Sendable {
    /// What stands in the place of a pattern's `*`, or a version, as something that can be compared.
    private enum Rank: Sendable {
        case version(SemanticVersion)
        /// Digits without the zeros before them.
        case number(String)
        case text(String)

        static func < (left: Rank, right: Rank) -> Bool {
            switch (left, right) {
            case (.version(let a), .version(let b)): a < b
            case (.number(let a), .number(let b)):
                (a.utf8.count, a) < (b.utf8.count, b)
            case (.text(let a), .text(let b)): a.utf8.lexicographicallyPrecedes(b.utf8)
            default: false
            }
        }
    }

    private let policy: GitImagePolicy
    private let range: SemanticVersionRange?

    init(_ policy: GitImagePolicy) {
        self.policy = policy
        range = policy.semver.flatMap { SemanticVersionRange($0) }
    }

    /// nil when none of them is meant. Of tags that are equally new, the most exact one: `1.2.0` before `1.2`.
    func newest(of tags: [String]) -> String? {
        var best: (tag: String, rank: Rank)?
        for tag in tags.sorted(by: TagChoice.isMoreExact) {
            guard let rank = rank(of: tag, isLimited: true) else { continue }
            if let best, !(best.rank < rank) { continue }
            best = (tag, rank)
        }
        return best?.tag
    }

    /// Whether what runs is newer than what was chosen, so that taking it would be a step back: a tag outside of the range
    /// too.
    func isNewer(_ present: String?, than chosen: String) -> Bool {
        guard let present = present.flatMap({ rank(of: $0, isLimited: false) }),
            let chosen = rank(of: chosen, isLimited: false)
        else { return false }
        return chosen < present
    }

    private static func isMoreExact(_ left: String, _ right: String) -> Bool {
        (right.utf8.count, left) < (left.utf8.count, right)
    }

    private func rank(of tag: String, isLimited: Bool) -> Rank? {
        if let range {
            guard let version = SemanticVersion(tag), !isLimited || range.contains(version) else { return nil }
            return .version(version)
        }
        guard let middle = middle(of: tag) else { return nil }
        switch policy.order {
        case .alphabetical: return .text(middle)
        case .numerical:
            guard middle.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
            return .number(String(middle.drop { $0 == "0" }))
        }
    }

    /// What stands in the place of the `*`; not nothing.
    private func middle(of tag: String) -> String? {
        guard let parts = policy.pattern?.split(separator: "*", maxSplits: 1, omittingEmptySubsequences: false),
            parts.count == 2, tag.utf8.count > parts[0].utf8.count + parts[1].utf8.count, tag.hasPrefix(parts[0]),
            tag.hasSuffix(parts[1])
        else { return nil }
        return String(tag.dropFirst(parts[0].count).dropLast(parts[1].count))
    }
}
