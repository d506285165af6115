import Ambient
import InfraAPI
import ResourceAPI

extension DescriptionText {
    /// Strategy, revisions, slots with occupants and volumes, conditions.
    mutating func describe(
        _ set: InstanceSet, _ history: RevisionHistory, _ instances: [Instance], _ volumes: [Volume]
    ) {
        let (spec, status) = (set.spec, set.status)
        metadata(set.metadata)
        add("Provider", spec.provider ?? status.provider ?? "<not chosen yet>")
        add(
            "Replicas",
            "\(spec.replicas) desired | \(status.replicas) present | \(status.updatedReplicas) updated | "
                + "\(status.readyReplicas) ready | \(status.availableReplicas) available")
        add("Strategy", strategy(spec.strategy))
        add("Paused", spec.paused ? "yes: no voluntary step begins" : nil)
        add("Min ready", spec.minReadySeconds > 0 ? "\(spec.minReadySeconds)s" : nil)
        add("Progress deadline", "\(spec.progressDeadlineSeconds)s")
        add("On failure", spec.onFailure.rawValue)
        if let target = status.targetRevision, target != status.updateRevision {
            add(
                "Rolled back to",
                history.revisions.first { $0.name == target }.map { "\($0.spec.number) (\(target))" } ?? target)
        }
        section("Template", template(spec.template))
        section("Revisions", history.lines(now: now))
        section("Slots", slots(set, history, instances))
        if !spec.volumeClaimTemplates.isEmpty || !volumes.isEmpty { section("Volumes", table(of: volumes)) }
        conditions(status.conditions)
    }

    private func strategy(_ strategy: ReplacementStrategy) -> String {
        var words: [String] = []
        if let surge = strategy.maxSurge { words.append("max surge \(surge.text)") }
        if let unavailable = strategy.maxUnavailable { words.append("max unavailable \(unavailable.text)") }
        if let partition = strategy.partition { words.append("partition \(partition.text)") }
        return strategy.type.rawValue + (words.isEmpty ? "" : " (\(words.joined(separator: ", ")))")
    }

    /// Each slot with its occupants; one that should be there and is not is a row too.
    private func slots(_ set: InstanceSet, _ history: RevisionHistory, _ instances: [Instance]) -> [String] {
        var table = TextTable("Slot", "Instance", "Revision", "Phase", "Age", "Address", "Why")
        let bySlot = Dictionary(grouping: instances, by: \.spec.slot)
        let highest = max(set.spec.replicas, (bySlot.keys.max() ?? -1) + 1)
        for slot in 0..<highest {
            let occupants = (bySlot[slot] ?? []).sorted {
                ($0.metadata.creationTimestamp ?? .epoch, $0.name) < ($1.metadata.creationTimestamp ?? .epoch, $1.name)
            }
            if occupants.isEmpty { table.rows.append(["\(slot)", "<empty>", "", "", "", "", ""]) }
            table.rows += occupants.map { row(slot, $0, history) }
        }
        return table.rows.isEmpty ? [] : table.lines()
    }

    private func row(_ slot: Int, _ instance: Instance, _ history: RevisionHistory) -> [String] {
        let status = instance.status
        let revision = history.revisions.first { $0.name == instance.spec.revision }
        let number = revision.map { "\($0.spec.number) (\(instance.spec.revision))" } ?? instance.spec.revision
        let why = [status.reason, status.message].compactMap { $0?.isEmpty ?? true ? nil : $0 }
        return [
            "\(slot)", instance.name, number, instance.isBeingDeleted ? "\(status.phase), leaving" : status.phase,
            Age.text(since: instance.metadata.creationTimestamp, now: now), status.address ?? "",
            why.joined(separator: ": "),
        ].map(\.singleLine)
    }

    private func table(of volumes: [Volume]) -> [String] {
        var table = TextTable("Slot", "Claim", "Volume", "Size", "Phase", "Attached to", "Epoch", "Last gap")
        let sorted = volumes.sorted {
            ($0.spec.claim?.slot ?? -1, $0.spec.claim?.name ?? "") < (
                $1.spec.claim?.slot ?? -1, $1.spec.claim?.name ?? ""
            )
        }
        table.rows = sorted.map { volume in
            [
                volume.spec.claim.map { "\($0.slot)" } ?? "", volume.spec.claim?.name ?? "", volume.name,
                "\(volume.spec.size)", volume.status.phase, volume.status.attachment?.instance ?? "<nobody>",
                "\(volume.status.epoch)", volume.status.lastGapMilliseconds.map { "\($0)ms" } ?? "",
            ].map(\.singleLine)
        }
        return sorted.isEmpty ? [] : table.lines()
    }
}

extension IntOrString {
    /// As it is written in a manifest, without quotes.
    var text: String {
        switch self {
        case .int(let value): "\(value)"
        case .string(let text): text
        }
    }
}
