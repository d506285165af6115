/// The lines that make one text of another.
enum LineDiff {
    enum Line: Sendable, Hashable {
        case same(String)
        case removed(String)
        case added(String)
    }

    /// The work of the exact answer grows with the square of what differs; larger texts are shown as replaced.
    private static let maximumExactLines = 4000

    static func lines(from old: [String], to new: [String]) -> [Line] {
        let start = zip(old, new).prefix { $0 == $1 }.count
        let end = zip(old.dropFirst(start).reversed(), new.dropFirst(start).reversed()).prefix { $0 == $1 }.count
        let (oldMiddle, newMiddle) = (Array(old[start..<old.count - end]), Array(new[start..<new.count - end]))
        return old[..<start].map(Line.same) + middle(oldMiddle, newMiddle) + old[(old.count - end)...].map(Line.same)
    }

    private static func middle(_ old: [String], _ new: [String]) -> [Line] {
        guard old.count + new.count <= maximumExactLines else { return old.map(Line.removed) + new.map(Line.added) }
        var (removed, added): (Set<Int>, Set<Int>) = ([], [])
        for change in new.difference(from: old) {
            switch change {
            case .remove(let offset, _, _): removed.insert(offset)
            case .insert(let offset, _, _): added.insert(offset)
            }
        }
        var lines: [Line] = []
        var (oldIndex, newIndex) = (0, 0)
        while oldIndex < old.count || newIndex < new.count {
            if oldIndex < old.count, removed.contains(oldIndex) {
                lines.append(.removed(old[oldIndex]))
                oldIndex += 1
            } else if newIndex < new.count, added.contains(newIndex) {
                lines.append(.added(new[newIndex]))
                newIndex += 1
            } else {
                lines.append(.same(old[oldIndex]))
                oldIndex += 1
                newIndex += 1
            }
        }
        return lines
    }
}
