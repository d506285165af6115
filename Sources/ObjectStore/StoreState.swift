/// Everything that a store shows at one version, as a value: the objects and the newest changes.
package struct StoreState: Sendable {
    package private(set) var current: StoreVersion
    package private(set) var history: StoreHistory
    private var tables: [String: ObjectTable] = [:]

    /// - Parameter objects: all that exist; fastest in key order.
    package init(objects: [StoredObject] = [], current: StoreVersion = StoreVersion(0)) {
        self.current = current
        history = StoreHistory(floor: current)
        for object in objects { tables[object.key.resource, default: ObjectTable()].put(object) }
    }

    package func object(_ key: ObjectKey) -> StoredObject? { tables[key.resource]?.find(key) }

    /// - Precondition: the change has the version after ``current``.
    package mutating func apply(_ change: StoreChange, at uptime: Duration) {
        precondition(change.version.value == current.value + 1, "a change must take the next version")
        current = change.version
        if change.isDeletion {
            tables[change.key.resource]?.remove(change.key)
        } else {
            tables[change.key.resource, default: ObjectTable()].put(change.object)
        }
        history.append(change, at: uptime)
    }

    /// Gives back the memory of trees that reads have made; see ``StoredObject/body``.
    func forgetTrees() {
        for table in tables.values { for object in table.objects { object.forgetTree() } }
    }

    /// Forgets all but the newest `count` changes, and those from before the uptime `oldest`.
    package mutating func trim(to count: Int, since oldest: Duration) { history.trim(to: count, since: oldest) }

    /// Forgets the changes up to `version`.
    package mutating func trim(through version: StoreVersion) { history.trim(through: version) }

    /// The objects in `scope` after `key`, as they stood at `version`.
    ///
    /// - Parameters:
    ///   - version: not after ``current``.
    ///   - older: the changes in `scope` after `version` that the history has lost.
    func page(
        _ scope: StoreScope, after key: ObjectKey?, asOf version: StoreVersion, older: [StoreChange], limit: Int?
    ) -> StorePage {
        let live = tables[scope.resource]?.slice(namespace: scope.namespace, after: key) ?? []
        let undone = version == current ? [] : undone(scope, after: key, since: version, older)
        let objects = undone.isEmpty ? live : StoreState.merge(live, undone)[...]
        guard let limit, limit > 0, objects.count > limit, let last = objects.prefix(limit).last else {
            return StorePage(objects: Array(objects), version: version, continuation: nil, remaining: 0)
        }
        return StorePage(
            objects: Array(objects.prefix(limit)), version: version,
            continuation: StoreContinuation(version: version, after: last.key), remaining: objects.count - limit)
    }

    private typealias Undone = (key: ObjectKey, object: StoredObject?)

    /// What stood at `version` under each key that changed since, in key order.
    private func undone(
        _ scope: StoreScope, after key: ObjectKey?, since version: StoreVersion, _ older: [StoreChange]
    ) -> [Undone] {
        var before: [ObjectKey: StoredObject?] = [:]
        for change in older + history.changes(in: scope, after: version).changes where before[change.key] == nil {
            if let key, change.key <= key { continue }
            before[change.key] = .some(change.previous)
        }
        return before.map { ($0.key, $0.value) }.sorted { $0.key < $1.key }
    }

    private static func merge(_ live: ArraySlice<StoredObject>, _ undone: [Undone]) -> [StoredObject] {
        var merged: [StoredObject] = []
        merged.reserveCapacity(live.count + undone.count)
        var rest = undone[...]
        for object in live {
            while let first = rest.first, first.key < object.key {
                if let old = first.object { merged.append(old) }
                rest.removeFirst()
            }
            if let first = rest.first, first.key == object.key {
                if let old = first.object { merged.append(old) }
                rest.removeFirst()
            } else {
                merged.append(object)
            }
        }
        for (_, object) in rest { if let object { merged.append(object) } }
        return merged
    }
}
