/// Differences in the unified format of `diff -u`.
enum UnifiedDiff {
    private static let context = 3

    /// Empty when the texts are equal.
    static func lines(
        from old: [String], to new: [String], oldName: String, newName: String, style: TextStyle
    ) -> [String] {
        let lines = LineDiff.lines(from: old, to: new)
        let hunks = hunks(of: lines)
        guard !hunks.isEmpty else { return [] }
        var text = [style.paint("--- \(oldName)", .bold), style.paint("+++ \(newName)", .bold)]
        var (position, oldLine, newLine) = (0, 0, 0)
        for hunk in hunks {
            for line in lines[position..<hunk.lowerBound] { count(line, &oldLine, &newLine) }
            let (oldBefore, newBefore) = (oldLine, newLine)
            for line in lines[hunk] { count(line, &oldLine, &newLine) }
            position = hunk.upperBound
            let ranges = "-\(range(oldBefore, oldLine)) +\(range(newBefore, newLine))"
            text.append(style.paint("@@ \(ranges) @@", .cyan))
            text += lines[hunk].map { painted($0, style) }
        }
        return text
    }

    private static func count(_ line: LineDiff.Line, _ old: inout Int, _ new: inout Int) {
        switch line {
        case .same:
            old += 1
            new += 1
        case .removed: old += 1
        case .added: new += 1
        }
    }

    /// `first,count`; the count is left out where it is 1, and an empty range names the line before it.
    private static func range(_ before: Int, _ end: Int) -> String {
        switch end - before {
        case 0: "\(before),0"
        case 1: "\(before + 1)"
        case let count: "\(before + 1),\(count)"
        }
    }

    private static func painted(_ line: LineDiff.Line, _ style: TextStyle) -> String {
        switch line {
        case .same(let text): " \(text)"
        case .removed(let text): style.paint("-\(text)", .red)
        case .added(let text): style.paint("+\(text)", .green)
        }
    }

    /// The changes with the lines around them; changes that are near each other share one.
    private static func hunks(of lines: [LineDiff.Line]) -> [Range<Int>] {
        var hunks: [Range<Int>] = []
        for (index, line) in lines.enumerated() {
            if case .same = line { continue }
            let (begin, end) = (max(0, index - context), min(lines.count, index + context + 1))
            if let last = hunks.last, last.upperBound >= begin {
                hunks[hunks.count - 1] = last.lowerBound..<end
            } else {
                hunks.append(begin..<end)
            }
        }
        return hunks
    }
}
