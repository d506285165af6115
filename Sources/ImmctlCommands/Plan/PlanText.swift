/// A plan for people: one line a slot, with the reason.
enum PlanText {
    static func lines(_ plan: PlanReport, style: TextStyle) -> [String] {
        guard plan.hasChanges else {
            return ["\(plan.set): no changes to instances."] + plan.messages.map { "  \($0.singleLine)" }
        }
        let entries = entries(of: plan)
        var lines = ["\(plan.set):"]
        lines += entries.map { "  " + style.paint($0.sign.rawValue, $0.sign.color) + " \($0.text)" }
        lines += plan.waits.map {
            "  " + style.paint("…", .dim) + " \(place($0.slot)): wait: \(because($0.reason, $0.message))"
        }
        lines += plan.messages.map { "  \($0.singleLine)" }
        return lines + [summary(entries, waits: plan.waits.count)]
    }

    enum Sign: String, Sendable, Hashable {
        case add = "+"
        case remove = "-"
        case replace = "~"
        /// Neither makes nor removes an instance.
        case other = "*"

        var color: TextStyle.Color {
            switch self {
            case .add: .green
            case .remove: .red
            case .replace: .yellow
            case .other: .cyan
            }
        }
    }

    struct Entry: Sendable, Hashable {
        var sign: Sign
        var text: String
    }

    /// One entry a step; but where an instance leaves a slot and another comes in, one entry for both.
    static func entries(of plan: PlanReport) -> [Entry] {
        var entries: [Entry] = []
        // By slot: the entry that still lacks its other half.
        var unpaired: [Int: (entry: Int, step: PlanReport.Step)] = [:]
        for step in plan.steps {
            let sign = sign(of: step.action)
            guard let slot = step.slot, sign == .add || sign == .remove else {
                entries.append(Entry(sign: sign, text: text(step)))
                continue
            }
            if let other = unpaired[slot], entries[other.entry].sign != sign {
                let (out, into) = sign == .add ? (other.step, step) : (step, other.step)
                entries[other.entry] = Entry(sign: .replace, text: replacement(out, into))
                unpaired[slot] = nil
            } else {
                unpaired[slot] = (entries.count, step)
                entries.append(Entry(sign: sign, text: text(step)))
            }
        }
        return entries
    }

    private static func sign(of action: String) -> Sign {
        switch action {
        case "Launch", "Create", "CreateInstance", "Start": .add
        case "Retire", "Stop", "Destroy", "DeleteInstance", "Remove": .remove
        case "Replace": .replace
        default: .other
        }
    }

    private static func text(_ step: PlanReport.Step) -> String {
        let what = step.action.isEmpty ? "change" : words(step.action)
        let instance = step.instance.map { " \($0)" } ?? ""
        return "\(place(step.slot)): \(what)\(instance): \(because(step.reason, step.message))"
    }

    private static func replacement(_ out: PlanReport.Step, _ into: PlanReport.Step) -> String {
        let outgoing = out.instance.map { " \($0)" } ?? ""
        let incoming = into.instance.map { " by \($0)" } ?? ""
        let why = into.message.isEmpty ? out : into
        return "\(place(out.slot)): replace\(outgoing)\(incoming): \(because(why.reason, why.message))"
    }

    private static func place(_ slot: Int?) -> String { slot.map { "slot \($0)" } ?? "set" }

    private static func because(_ reason: String, _ message: String) -> String {
        message.isEmpty ? reason : "\(reason): \(message.singleLine)"
    }

    /// `createVolume` and `CreateVolume` as `create volume`.
    private static func words(_ action: String) -> String {
        var text = ""
        for character in action {
            if character.isUppercase && !text.isEmpty { text += " " }
            text += character.lowercased()
        }
        return text
    }

    private static func summary(_ entries: [Entry], waits: Int) -> String {
        let counted = [(Sign.add, "to create"), (.replace, "to replace"), (.remove, "to remove"), (.other, "other")]
            .map { sign, word in (entries.count { $0.sign == sign }, word) }
        var parts = counted.filter { $0.0 > 0 || $0.1 != "other" }.map { "\($0.0) \($0.1)" }
        if waits > 0 { parts.append("\(waits) waiting") }
        return "Plan: " + parts.joined(separator: ", ") + "."
    }
}
