/// A version of semver.org 2.0; a leading `v` is let through, and missing minor and patch numbers are 0.
public struct SemanticVersion: Sendable, Hashable, Comparable {
    public let major: Int
    public let minor: Int
    public let patch: Int
    /// Dot-separated identifiers; empty: a release.
    public let prerelease: [String]

    /// nil when it is none.
    public init?(_ text: String) {
        guard let partial = PartialVersion(Substring(text)), let major = partial.numbers.first else { return nil }
        self.init(
            major, partial.numbers.count > 1 ? partial.numbers[1] : 0,
            partial.numbers.count > 2 ? partial.numbers[2] : 0,
            partial.prerelease)
    }

    init(_ major: Int, _ minor: Int, _ patch: Int, _ prerelease: [String] = []) {
        (self.major, self.minor, self.patch, self.prerelease) = (major, minor, patch, prerelease)
    }

    public static func < (left: SemanticVersion, right: SemanticVersion) -> Bool {
        let (a, b) = ((left.major, left.minor, left.patch), (right.major, right.minor, right.patch))
        if a != b { return a < b }
        // A release is above its own prereleases.
        if left.prerelease.isEmpty || right.prerelease.isEmpty {
            return !left.prerelease.isEmpty && right.prerelease.isEmpty
        }
        for (a, b) in zip(left.prerelease, right.prerelease) where a != b { return precedes(a, b) }
        return left.prerelease.count < right.prerelease.count
    }

    /// Numbers by value and below words.
    private static func precedes(_ left: String, _ right: String) -> Bool {
        switch (Int(left), Int(right)) {
        case (let a?, let b?): a < b
        case (_?, nil): true
        case (nil, _?): false
        case (nil, nil): left.utf8.lexicographicallyPrecedes(right.utf8)
        }
    }
}

/// A set of versions: comparisons (`>=1.2`, `<2`, `=`, `!=`), `~1.2`, `^1.2`, `1.x`, `*` and `1.2 - 1.5`; spaces or commas mean
/// all of them, `||` means either. A prerelease is in it only where a comparison of the same `||` part names one.
public struct SemanticVersionRange: Sendable, Hashable {
    private struct Part: Sendable, Hashable {
        var bounds: [Bound] = []
        var namesPrerelease = false

        func contains(_ version: SemanticVersion) -> Bool {
            (version.prerelease.isEmpty || namesPrerelease) && bounds.allSatisfy { $0.holds(version) }
        }
    }

    private enum Bound: Sendable, Hashable {
        case atLeast(SemanticVersion), above(SemanticVersion), below(SemanticVersion), atMost(SemanticVersion)
        case outside(SemanticVersion, below: SemanticVersion)

        func holds(_ version: SemanticVersion) -> Bool {
            switch self {
            case .atLeast(let bound): version >= bound
            case .above(let bound): version > bound
            case .below(let bound): version < bound
            case .atMost(let bound): version <= bound
            case .outside(let low, let high): version < low || version >= high
            }
        }
    }

    private var parts: [Part] = []

    /// nil when it is no range.
    public init?(_ text: String) {
        var rest = Substring(text)
        while true {
            let bar = rest.firstRange(of: "||")
            guard let part = SemanticVersionRange.part(rest[..<(bar?.lowerBound ?? rest.endIndex)]) else { return nil }
            parts.append(part)
            guard let bar else { return }
            rest = rest[bar.upperBound...]
        }
    }

    public func contains(_ version: SemanticVersion) -> Bool { parts.contains { $0.contains(version) } }

    private static func part(_ text: Substring) -> Part? {
        var part = Part()
        var words = words(text)
        guard !words.isEmpty else { return nil }
        if words.count == 3, words[1] == "-" {
            guard let low = PartialVersion(words[0]), let high = PartialVersion(words[2]) else { return nil }
            words = []
            part.bounds = [.atLeast(low.lowest), high.isFull ? .atMost(high.lowest) : .below(high.next)]
            part.namesPrerelease = !low.prerelease.isEmpty || !high.prerelease.isEmpty
        }
        for word in words {
            let sign = word.prefix { "<>=!~^".contains($0) }
            guard let version = PartialVersion(word.dropFirst(sign.count)), let bounds = bounds(sign, version) else {
                return nil
            }
            part.bounds += bounds
            part.namesPrerelease = part.namesPrerelease || !version.prerelease.isEmpty
        }
        return part
    }

    /// `>= 1.2` is one word.
    private static func words(_ text: Substring) -> [Substring] {
        var words: [Substring] = []
        for piece in text.split(whereSeparator: { $0 == " " || $0 == "," }) {
            if let last = words.last, last.allSatisfy({ "<>=!~^".contains($0) }) {
                words[words.count - 1] = last + piece
            } else {
                words.append(piece)
            }
        }
        return words
    }

    private static func bounds(_ sign: Substring, _ version: PartialVersion) -> [Bound]? {
        let (lowest, next) = (version.lowest, version.next)
        if version.numbers.isEmpty { return sign.isEmpty || sign == "=" || sign == ">=" ? [] : nil }
        switch sign {
        case "", "=": return version.isFull ? [.atLeast(lowest), .atMost(lowest)] : [.atLeast(lowest), .below(next)]
        case "!=": return [.outside(lowest, below: version.isFull ? version.afterThis : next)]
        case ">": return [version.isFull ? .above(lowest) : .atLeast(next)]
        case ">=": return [.atLeast(lowest)]
        case "<": return [.below(lowest)]
        case "<=": return [version.isFull ? .atMost(lowest) : .below(next)]
        case "~": return [.atLeast(lowest), .below(version.nextMinor)]
        case "^": return [.atLeast(lowest), .below(version.nextBreaking)]
        default: return nil
        }
    }
}

/// `1`, `1.2`, `1.x`, `1.2.3-rc.1`: none to three numbers.
private struct PartialVersion {
    var numbers: [Int] = []
    var prerelease: [String] = []

    init?(_ text: Substring) {
        var text = text
        if text.first == "v" { text = text.dropFirst() }
        // Metadata of a build orders nothing.
        let build = text.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false)
        guard let version = build.first, build.count == 1 || PartialVersion.identifiers(build[1]) != nil else {
            return nil
        }
        let halves = version.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        let pieces = halves[0].split(separator: ".", omittingEmptySubsequences: false)
        guard (1...3).contains(pieces.count) else { return nil }
        var isOpen = false
        for piece in pieces {
            if piece == "x" || piece == "X" || piece == "*" {
                isOpen = true
                continue
            }
            guard !isOpen, piece.count <= 9, !piece.isEmpty, piece.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
                piece == "0" || piece.first != "0", let number = Int(piece)
            else { return nil }
            numbers.append(number)
        }
        guard halves.count == 2 else { return }
        guard numbers.count == 3, let identifiers = PartialVersion.identifiers(halves[1]) else { return nil }
        prerelease = identifiers
    }

    private static func identifiers(_ text: Substring) -> [String]? {
        let identifiers = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let isValid = identifiers.allSatisfy { identifier in
            !identifier.isEmpty
                && identifier.utf8.allSatisfy {
                    (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D
                }
        }
        return isValid ? identifiers : nil
    }

    private func number(_ index: Int) -> Int { index < numbers.count ? numbers[index] : 0 }

    var isFull: Bool { numbers.count == 3 }
    var lowest: SemanticVersion { SemanticVersion(number(0), number(1), number(2), prerelease) }

    /// The lowest version that no longer begins with these numbers.
    var next: SemanticVersion {
        switch numbers.count {
        case 0, 1: SemanticVersion(number(0) + 1, 0, 0)
        case 2: SemanticVersion(number(0), number(1) + 1, 0)
        default: SemanticVersion(number(0), number(1), number(2) + 1)
        }
    }

    /// Of a full one: the lowest above it.
    var afterThis: SemanticVersion {
        prerelease.isEmpty
            ? SemanticVersion(number(0), number(1), number(2) + 1, ["0"])
            : SemanticVersion(number(0), number(1), number(2), prerelease + ["0"])
    }

    /// `~1` is `1.x`; `~1.2` and `~1.2.3` stay in `1.2`.
    var nextMinor: SemanticVersion {
        numbers.count < 2 ? SemanticVersion(number(0) + 1, 0, 0) : SemanticVersion(number(0), number(1) + 1, 0)
    }

    /// The first number that is not 0 stays.
    var nextBreaking: SemanticVersion {
        if number(0) > 0 || numbers.count < 2 { return SemanticVersion(number(0) + 1, 0, 0) }
        if number(1) > 0 || numbers.count < 3 { return SemanticVersion(0, number(1) + 1, 0) }
        return SemanticVersion(0, 0, number(2) + 1)
    }
}
