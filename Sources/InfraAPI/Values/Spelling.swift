/// Finds the word that somebody probably meant.
public enum Spelling {
    /// How many letters have to be inserted, left out, exchanged for another or swapped with their neighbour to make
    /// one word of the other (optimal string alignment), over Unicode scalars.
    public static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left.unicodeScalars)
        let right = Array(right.unicodeScalars)
        if left.isEmpty || right.isEmpty { return max(left.count, right.count) }
        var beforeLast = [Int](repeating: 0, count: right.count + 1)
        var last = Array(0...right.count)
        var row = last
        for i in 1...left.count {
            row[0] = i
            for j in 1...right.count {
                let exchange = last[j - 1] + (left[i - 1] == right[j - 1] ? 0 : 1)
                row[j] = min(last[j] + 1, row[j - 1] + 1, exchange)
                if i > 1, j > 1, left[i - 1] == right[j - 2], left[i - 2] == right[j - 1] {
                    row[j] = min(row[j], beforeLast[j - 2] + 1)
                }
            }
            (beforeLast, last, row) = (last, row, beforeLast)
        }
        return last[right.count]
    }

    /// The closest of `candidates`, the first of equally close ones; nil when none is close enough to be worth a hint
    /// (a third of the word, at least one letter). Case does not count.
    public static func closest(to word: String, among candidates: [String]) -> String? {
        // Nobody misspells a field name at this length; bounds the work on hostile input.
        guard word.utf8.count <= 64 else { return nil }
        let wanted = word.lowercased()
        let limit = max(1, wanted.unicodeScalars.count / 3)
        var best: (word: String, distance: Int)?
        for candidate in candidates {
            let distance = distance(wanted, candidate.lowercased())
            if distance <= limit, distance < best?.distance ?? .max { best = (candidate, distance) }
        }
        return best?.word
    }
}
