/// The newest changes, oldest first: what watches are fed from, and what older snapshots are computed from.
///
/// Versions in it are dense (each change takes the next one), so a version says where its change stands.
package struct StoreHistory: Sendable {
    private struct Entry: Sendable {
        let change: StoreChange
        /// Uptime.
        let at: Duration
    }

    /// Changes up to this version are gone.
    package private(set) var floor: StoreVersion
    private var entries = Ring<Entry>()
    /// For each resource the versions of its changes, so that a watch reads no others.
    private var versions: [String: Ring<StoreVersion>] = [:]

    package init(floor: StoreVersion) { self.floor = floor }

    package var count: Int { entries.count }

    /// How many of the newest changes keep their old states as trees, for watchers that compare.
    private static let warm = 256

    mutating func append(_ change: StoreChange, at uptime: Duration) {
        entries.append(Entry(change: change, at: uptime))
        versions[change.key.resource, default: Ring()].append(change.version)
        if entries.count > StoreHistory.warm {
            let cold = entries[entries.count - 1 - StoreHistory.warm].change
            cold.previous?.forgetTree()
            if cold.isDeletion { cold.object.forgetTree() }
        }
    }

    mutating func trim(to count: Int, since oldest: Duration) {
        while let entry = entries.first, entries.count > count || entry.at < oldest { removeFirst(entry.change) }
    }

    mutating func trim(through version: StoreVersion) {
        while let entry = entries.first, entry.change.version <= version { removeFirst(entry.change) }
    }

    private mutating func removeFirst(_ change: StoreChange) {
        entries.removeFirst()
        versions[change.key.resource]?.removeFirst()
        if versions[change.key.resource]?.isEmpty == true { versions[change.key.resource] = nil }
        floor = change.version
    }

    /// How many changes of `resource` are newer than `version`.
    func count(of resource: String, after version: StoreVersion) -> Int {
        guard let versions = versions[resource] else { return 0 }
        return versions.count - versions.partition { $0 <= version }
    }

    /// Changes in `scope` after `version`, at most `limit` of them, and whether these are all.
    func changes(
        in scope: StoreScope, after version: StoreVersion, limit: Int = .max
    ) -> (changes: [StoreChange], areAll: Bool) {
        guard let versions = versions[scope.resource] else { return ([], true) }
        var found: [StoreChange] = []
        for offset in versions.partition(where: { $0 <= version })..<versions.count {
            if found.count == limit { return (found, false) }
            let change = entries[Int(versions[offset].value - floor.value) - 1].change
            if scope.contains(change.key) { found.append(change) }
        }
        return (found, true)
    }
}
