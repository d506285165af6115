/// A roll-out as lines of a pipe: where it begins, one line for each slot and phase, what it is stuck on, and the end.
struct RolloutLines: Sendable {
    private var phases: [Int: SlotPhase] = [:]
    private var last: String?
    private var stalled: String?

    init() {}

    /// The new lines; what was told is not told again.
    mutating func lines(for progress: RolloutProgress) -> [String] {
        let isFirst = last == nil
        var lines: [String] = []
        for phase in progress.slots {
            let isNew = phases.updateValue(phase, forKey: phase.slot) != phase
            if isNew && !isFirst { lines.append(phase.line) }
        }
        let summary = RolloutText.line(progress)
        // A count that moves shows in the slots' own lines.
        let isNewStall = progress.stalledReason != nil && progress.stalledReason != stalled
        stalled = progress.stalledReason
        if isFirst || isNewStall || (progress.isOver && summary != last) { lines.append(summary) }
        last = summary
        return lines
    }
}
