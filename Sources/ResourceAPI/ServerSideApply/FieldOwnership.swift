import JSON

/// A request that takes ownership of fields.
struct FieldOwnership: Sendable {
    let manager: FieldManager.Identity
    let shape: MergeShape
    /// RFC 3339
    let time: String

    /// The managers after a create, update or patch: what changed belongs to this manager now, and to nobody else.
    func updated(_ managers: FieldManagers, by comparison: Comparison) -> FieldManagers {
        let taken = comparison.added.union(comparison.modified)
        let owned = (managers[manager]?.fields ?? FieldSet()).subtracting(comparison.removed).union(taken)
        var result = managers
        result.remove(taken.union(comparison.removed), but: manager)
        result.set(manager, owned, at: time, always: !taken.isEmpty)
        result.mergeOldUpdaters()
        return result
    }

    /// Applies a configuration: the merged object, and who owns what then.
    ///
    /// - Parameters:
    ///   - live: nil when the object does not exist.
    ///   - force: whether fields that others own with other values are taken from them.
    /// - Throws: `.conflicts` unless `force`.
    func applied(
        _ configuration: JSONValue, over live: JSONValue?, _ managers: FieldManagers, force: Bool
    ) throws(ApplyError) -> (object: JSONValue, managers: FieldManagers) {
        let merge: ApplyMerge
        do throws(FieldSetError) {
            merge = try ApplyMerge(configuration, live, managers, self)
        } catch { throw .unmergeable(error) }
        var managers = merge.managers
        let changed = merge.comparison.added.union(merge.comparison.modified)
        if !force {
            let conflicts = FieldConflict.all(managers, but: manager, over: changed)
            if !conflicts.isEmpty { throw .conflicts(conflicts) }
        }
        managers.remove(changed.union(merge.comparison.removed), but: manager)
        managers.set(manager, merge.owned, at: time, always: !merge.comparison.isSame)
        return (merge.object, managers)
    }
}

/// A configuration merged into an object, before it is known whether that is allowed.
private struct ApplyMerge {
    let object: JSONValue
    /// What the configuration names.
    let owned: FieldSet
    /// How the merged object differs from the live one.
    let comparison: Comparison
    private(set) var managers: FieldManagers
    private let shape: MergeShape

    init(
        _ configuration: JSONValue, _ live: JSONValue?, _ managers: FieldManagers, _ ownership: FieldOwnership
    ) throws(FieldSetError) {
        let (manager, shape) = (ownership.manager, ownership.shape)
        let base = live ?? .object(JSONObject())
        var managers = managers
        if managers.isEmpty, let live {
            let earlier = FieldManager.Identity(
                name: FieldManagers.beforeFirstApply, operation: .update, apiVersion: manager.apiVersion,
                subresource: manager.subresource)
            let fields = try Comparison(from: .object(JSONObject()), to: live, shape).added
            managers.set(earlier, fields, at: ownership.time, always: true)
        }
        let owned = try FieldSet(of: configuration, shape)
        let others = managers.entries.filter { $0.identity != manager }.reduce(owned) { $0.union($1.fields) }
        let merged = try base.merged(with: configuration, shape)
        let pruned = try ApplyMerge.prune(merged, manager: managers[manager]?.fields, owned: others, shape)
        // What became empty by the pruning is gone; where the configuration wants it empty, it comes back.
        object = pruned == merged ? merged : try pruned.merged(with: configuration, shape)
        comparison = try Comparison(from: base, to: object, shape)
        self.owned = owned
        self.managers = managers
        self.shape = shape
    }

    /// Removes what this manager applied last time, does not name now, and nobody else owns.
    ///
    /// - Parameters:
    ///   - last: what the manager owned.
    ///   - owned: what anybody owns, by the new configuration too.
    private static func prune(
        _ merged: JSONValue, manager last: FieldSet?, owned: FieldSet, _ shape: MergeShape
    ) throws(FieldSetError) -> JSONValue {
        guard let last = last?.withNamedFieldsAsMembers(shape), !last.isEmpty else { return merged }
        let nothing = JSONValue.object(JSONObject())
        let mergedFields = try FieldSet(of: merged, shape).withNamedFieldsAsMembers(shape)
        func fields(_ value: JSONValue) throws(FieldSetError) -> FieldSet {
            try FieldSet(of: value, shape).withNamedFieldsAsMembers(shape)
        }
        var pruned = try merged.removing(last, shape) ?? nothing
        // What others own comes back …
        let owned = owned.withNamedFieldsAsMembers(shape)
        let kept = try fields(pruned).union(owned)
        pruned = try merged.removing(mergedFields.subtracting(kept), shape) ?? nothing
        // … and so does what this manager never owned. A record that others own stays, though all that is in it is
        // defaults, which nobody owns.
        let gone = mergedFields.subtracting(try fields(pruned)).subtracting(owned).intersection(last)
        return try merged.removing(gone, shape) ?? nothing
    }
}
