import Ambient
import JSON

/// All managers of one object.
struct FieldManagers: Sendable, Hashable {
    /// How many managers that do not apply are told apart; the oldest beyond are merged (Kubernetes' number).
    static let maximumUpdaters = 10
    static let oldUpdaters = "ancient-changes"
    static let beforeFirstApply = "before-first-apply"

    private(set) var entries: [FieldManager]

    init() { entries = [] }

    /// nil when an entry cannot be read.
    ///
    /// - Parameter isOurs: whether we wrote them ourselves.
    init?(json: [JSONValue], isOurs: Bool) {
        var entries: [FieldManager] = []
        for item in json {
            guard let entry = FieldManager(json: item, isOurs: isOurs) else { return nil }
            entries.append(entry)
        }
        self.entries = entries
    }

    var isEmpty: Bool { entries.isEmpty }

    /// In the order in which Kubernetes writes them.
    var json: [JSONValue] {
        entries.sorted { left, right in
            let (left, right) = (left.sortKey, right.sortKey)
            return left.lexicographicallyPrecedes(right)
        }.map(\.json)
    }

    subscript(_ identity: FieldManager.Identity) -> FieldManager? { entries.first { $0.identity == identity } }

    /// Everything that any manager owns.
    var allFields: FieldSet { entries.reduce(FieldSet()) { $0.union($1.fields) } }

    /// Takes paths away from every manager but `exempt`; managers that own nothing any more go.
    mutating func remove(_ paths: FieldSet, but exempt: FieldManager.Identity? = nil) {
        guard !paths.isEmpty else { return }
        for index in entries.indices where entries[index].identity != exempt {
            let rest = entries[index].fields.subtracting(paths)
            if rest != entries[index].fields { entries[index] = entries[index].with(rest) }
        }
        entries.removeAll { $0.fields.isEmpty }
    }

    /// Sets what a manager owns; nothing removes it. The time is set only where the fields change.
    mutating func set(_ identity: FieldManager.Identity, _ fields: FieldSet, at time: String, always: Bool) {
        guard let index = entries.firstIndex(where: { $0.identity == identity }) else {
            if !fields.isEmpty { entries.append(FieldManager(identity, fields: fields, time: time)) }
            return
        }
        if fields.isEmpty {
            entries.remove(at: index)
            return
        }
        guard always || entries[index].fields != fields else { return }
        entries[index] = FieldManager(identity, fields: fields, time: time)
    }

    /// Merges the oldest updaters of one API version into one entry, so that the list stays short.
    mutating func mergeOldUpdaters() {
        var updaters = entries.filter { $0.identity.operation == .update }
        guard updaters.count > FieldManagers.maximumUpdaters else { return }
        updaters.sort { $0.ageKey.lexicographicallyPrecedes($1.ageKey) }
        var excess = updaters.count - FieldManagers.maximumUpdaters
        var first: [String: FieldManager] = [:]
        for updater in updaters where excess > 0 {
            let version = updater.identity.apiVersion
            guard let earlier = first[version] else {
                first[version] = updater
                continue
            }
            let bucket = FieldManager.Identity(
                name: FieldManagers.oldUpdaters, operation: .update, apiVersion: version, subresource: "")
            entries.removeAll { [earlier.identity, updater.identity, bucket].contains($0.identity) }
            let merged = FieldManager(bucket, fields: earlier.fields.union(updater.fields), time: updater.time)
            entries.append(merged)
            first[version] = merged
            excess -= 1
        }
    }
}

extension FieldManager {
    fileprivate var sortKey: [String] {
        [identity.operation.rawValue, time ?? "", identity.name, identity.apiVersion, identity.subresource]
    }

    fileprivate var ageKey: [String] { [time ?? "", identity.name, identity.apiVersion, identity.subresource] }
}
