import Ambient
import InfraAPI
import JSON
import ResourceAPI

extension WhyReport {
    /// For people: the answer first, then what it rests on.
    func lines(now: Timestamp) -> [String] {
        var lines = slot == nil ? ["\(InstanceSet.resourceType.qualifiedSingular)/\(set.name):"] : [slotTitle]
        lines += conditionLines(now)
        section("Instances", instanceLines(now), &lines)
        section("Waits for", waits.map { "\(place($0.slot))\($0.reason): \($0.message)" }, &lines)
        section("Does next", steps.map { "\(place($0.slot))\($0.action): \($0.reason): \($0.message)" }, &lines)
        section("Events", EventTable.lines(events, now: now, showsNamespaces: false), &lines)
        return lines
    }

    private var slotTitle: String {
        let set = "\(InstanceSet.resourceType.qualifiedSingular)/\(self.set.name)"
        return instance.map { "\($0), slot \(slot ?? 0) of \(set):" } ?? "slot \(slot ?? 0) of \(set):"
    }

    private func place(_ slot: Int?) -> String { self.slot == nil ? slot.map { "slot \($0): " } ?? "" : "" }

    private func section(_ title: String, _ content: [String], _ lines: inout [String]) {
        guard !content.isEmpty else { return }
        lines.append("\(title):")
        lines += content.map { "  \($0.singleLine)" }
    }

    private func conditionLines(_ now: Timestamp) -> [String] {
        let isStale = set.status.observedGeneration < set.metadata.generation
        let stale =
            isStale ? ["  the controller has not seen the newest spec yet: what follows is about the one before"] : []
        return stale
            + conditions.map { condition in
                let since = " for \(Age.text(now - condition.lastTransitionTime))"
                return
                    "  \(condition.type) is \(condition.status.rawValue)\(since): \(condition.reason): \(condition.message)"
                    .singleLine
            }
    }

    private func instanceLines(_ now: Timestamp) -> [String] {
        if let slot, instances.isEmpty, slot < set.spec.replicas { return ["slot \(slot) has no instance"] }
        return instances.map { instance in
            let status = instance.status
            let leaving = instance.isBeingDeleted ? ", leaving" : ""
            // A step that led to readiness is done.
            let open = status.readySince == nil || instance.isBeingDeleted ? status.step : nil
            let step =
                open.map { "; step \($0.name.rawValue) (\($0.reason)) for \(Age.text(now - $0.startedAt))" } ?? ""
            let why = [status.reason, status.message].compactMap { $0?.isEmpty ?? true ? nil : $0 }
            let exit = status.exitCode.map { "; exit code \($0)" } ?? ""
            return
                "slot \(instance.spec.slot): \(instance.name) of \(instance.spec.revision): \(status.phase)\(leaving)\(step)\(exit)"
                + (why.isEmpty ? "" : ": \(why.joined(separator: ": "))")
        }
    }
}
