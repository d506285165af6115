/// A roll-out's progress for people: pure functions of `RolloutProgress`.
enum RolloutText {
    /// One line, for a pipe.
    static func line(_ progress: RolloutProgress) -> String {
        switch progress.state {
        case .waiting(let reason, let message):
            "Waiting for \(progress.set): \(progress.updated) of \(progress.desired) updated, \(progress.ready) ready, "
                + "\(progress.available) available; \(reason): \(message.singleLine)"
        case .complete(let message): "\(progress.set) successfully rolled out: \(message.singleLine)"
        case .failed(let reason, let message):
            "\(progress.set) failed to roll out: \(reason): \(message.singleLine)"
        }
    }

    /// A few lines with bars, for a terminal of `width` columns.
    static func bars(_ progress: RolloutProgress, width: Int, style: TextStyle) -> [String] {
        let title = progress.set + (progress.revision.map { "  revision \($0)" } ?? "")
        let rows = [("updated", progress.updated), ("ready", progress.ready), ("available", progress.available)]
        let color: TextStyle.Color =
            switch progress.state {
            case .waiting: .yellow
            case .complete: .green
            case .failed: .red
            }
        let last: String =
            switch progress.state {
            case .waiting(let reason, let message): "\(reason): \(message)"
            case .complete(let message): "successfully rolled out: \(message)"
            case .failed(let reason, let message): "failed: \(reason): \(message)"
            }
        let lines =
            [style.paint(clipped(title, width), .bold)]
            + rows.map { name, count in bar(name, count, of: progress.desired, width: width, color, style) }
        return lines + ["  " + style.paint(clipped(last.singleLine, width - 2), color)]
    }

    private static func bar(
        _ name: String, _ count: Int, of total: Int, width: Int, _ color: TextStyle.Color, _ style: TextStyle
    ) -> String {
        let label = "  " + name + String(repeating: " ", count: max(0, 10 - name.count))
        let figures = " \(count)/\(total)"
        let cells = min(40, width - label.count - figures.count - 2)
        guard cells >= 5 else { return clipped(label + figures, width) }
        let filled = total == 0 ? cells : min(cells, cells * max(0, count) / total)
        let full = String(repeating: "#", count: filled)
        return label + "[" + style.paint(full, count >= total ? .green : color)
            + String(repeating: ".", count: cells - filled) + "]" + figures
    }

    /// Never more than a line of the terminal, so that redrawing knows where the lines are.
    static func clipped(_ text: String, _ width: Int) -> String {
        text.count <= width ? text : String(text.prefix(max(0, width - 1))) + "…"
    }
}
