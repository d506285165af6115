import Ambient
import InfraAPI
import ResourceAPI

/// Collects the lines of a description: labelled facts, aligned, and sections under a title.
struct DescriptionText: Sendable {
    private enum Part: Sendable {
        case fact(label: String, value: String)
        case section(title: String, lines: [String])
    }

    private var parts: [Part] = []
    let now: Timestamp

    init(now: Timestamp) { self.now = now }

    /// A fact; left out when there is nothing to say.
    mutating func add(_ label: String, _ value: String?) {
        guard let value else { return }
        parts.append(.fact(label: label, value: value.singleLine))
    }

    /// Facts that are a map, one a line, sorted by key.
    mutating func add(_ label: String, _ map: [String: String]) {
        let entries = map.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        add(label, entries.first ?? "<none>")
        for entry in entries.dropFirst() { parts.append(.fact(label: "", value: entry.singleLine)) }
    }

    mutating func add(_ label: String, time: Timestamp?) {
        add(label, time.map { "\($0.rfc3339Seconds) (\(Age.text(now - $0)) ago)" })
    }

    /// Indented lines under a title; `<none>` beside the title when there are none.
    mutating func section(_ title: String, _ lines: [String]) {
        if lines.isEmpty {
            parts.append(.fact(label: title, value: "<none>"))
        } else {
            parts.append(.section(title: title, lines: lines))
        }
    }

    mutating func metadata(_ metadata: ObjectMeta) {
        add("Name", metadata.name)
        if !metadata.namespace.isEmpty { add("Namespace", metadata.namespace) }
        add("Labels", metadata.labels)
        add("Annotations", metadata.annotations)
        add("Created", time: metadata.creationTimestamp)
        if let deleted = metadata.deletionTimestamp {
            add("Terminating since", time: deleted)
            add("Finalizers", metadata.finalizers.isEmpty ? nil : metadata.finalizers.joined(separator: ", "))
        }
        for owner in metadata.ownerReferences where owner.controller == true {
            add("Controlled by", "\(owner.kind)/\(owner.name)")
        }
    }

    mutating func conditions(_ conditions: [Condition]) {
        var table = TextTable("Type", "Status", "Reason", "Since", "Message")
        table.rows = conditions.map { condition in
            [
                condition.type, condition.status.rawValue, condition.reason,
                Age.text(since: condition.lastTransitionTime, now: now), condition.message,
            ].map(\.singleLine)
        }
        section("Conditions", conditions.isEmpty ? [] : table.lines())
    }

    var lines: [String] {
        let width =
            parts.reduce(0) { width, part in
                if case .fact(let label, _) = part { max(width, label.count) } else { width }
            } + 1
        return parts.flatMap { part in
            switch part {
            case .fact(let label, let value):
                let head = label.isEmpty ? "" : label + ":"
                return [head + String(repeating: " ", count: max(1, width + 2 - head.count)) + value]
            case .section(let title, let lines):
                return ["\(title):"] + lines.map { "  \($0)" }
            }
        }
    }
}
