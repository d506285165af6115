/// A sync's progress for people: pure functions of `SyncProgress`.
enum SyncText {
    /// One line, for a pipe.
    static func line(_ progress: SyncProgress) -> String {
        let commit = progress.commit.map { " at \(CommitText.short($0))" } ?? ""
        return switch progress.state {
        case .waiting(let reason, let message): "\(progress.source)\(commit): \(reason): \(message.singleLine)"
        case .complete(let message): "\(progress.source) is ready\(commit): \(message.singleLine)"
        case .failed(let reason, let message): "\(progress.source) failed\(commit): \(reason): \(message.singleLine)"
        }
    }

    /// Two lines a source, with a bar, for a terminal of `width` columns.
    static func bars(_ all: [SyncProgress], width: Int, style: TextStyle) -> [String] {
        all.flatMap { progress in
            let title = progress.source + (progress.commit.map { "  \(CommitText.short($0))" } ?? "")
            let (color, last): (TextStyle.Color, String) =
                switch progress.state {
                case .waiting(let reason, let message): (.yellow, "\(reason): \(message)")
                case .complete(let message): (.green, message)
                case .failed(let reason, let message): (.red, "failed: \(reason): \(message)")
                }
            let total = SyncProgress.stages.count
            let stage = SyncProgress.stages[min(max(progress.done, 1), total) - 1]
            let cells = (1...total).map { $0 <= progress.done ? "####" : "...." }.joined()
            let bar = "  [" + style.paint(cells, color) + "] \(progress.done)/\(total) \(stage)  "
            let room = max(0, width - cells.count - stage.count - 11)
            return [
                style.paint(RolloutText.clipped(title, width), .bold),
                bar + style.paint(RolloutText.clipped(last.singleLine, room), color),
            ]
        }
    }
}
