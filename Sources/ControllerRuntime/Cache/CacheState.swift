import InfraAPI

/// The rules of the cache as a value. Versions decide: of one object only a newer state replaces an older one, whether it
/// comes from the watch, from a list or from a write of our own.
struct CacheState<T: APIObject>: Sendable {
    /// A class: objects are large, and a table of them grows by copying.
    private final class Entry: Sendable {
        let object: T
        let version: UInt64

        init(object: T, version: UInt64) {
            self.object = object
            self.version = version
        }
    }

    private let indexes: [CacheIndex<T>]
    private var entries: [NamespacedName: Entry] = [:]
    private var all = SortedKeys()
    /// Keys by index and value.
    private var indexed: [[String: SortedKeys]]
    /// Deletions that we know of and the watch has not reached yet: older states must not bring the object back.
    private var tombstones: [NamespacedName: UInt64] = [:]
    /// Up to which version everything is contained, by namespace; under the empty one where the cache holds all of them.
    private var versions: [String: UInt64] = [:]

    init(indexes: [CacheIndex<T>]) {
        self.indexes = indexes
        indexed = Array(repeating: [:], count: indexes.count)
    }

    var count: Int { entries.count }

    /// Everything up to this version is contained, in a namespace (empty: all of them).
    func version(of scope: String) -> UInt64 { versions[scope] ?? versions[""] ?? 0 }

    func get(_ key: NamespacedName) -> T? { entries[key]?.object }

    func list(in namespace: String?) -> [T] {
        all.keys.compactMap { key in namespace == nil || key.namespace == namespace ? entries[key]?.object : nil }
    }

    /// nil: there is no such index.
    func list(index name: String, value: String) -> [T]? {
        guard let position = indexes.firstIndex(where: { $0.name == name }) else { return nil }
        return (indexed[position][value]?.keys ?? []).compactMap { entries[$0]?.object }
    }

    /// Takes a state of an object, if it is news.
    ///
    /// It is kept without its managedFields: they are often its larger part, no controller reads them, and a write without
    /// them leaves the stored ones as they are.
    mutating func put(_ object: T, version: UInt64, isOwnWrite: Bool) -> CacheChange<T>? {
        var object = object
        object.metadata.managedFields = []
        let key = NamespacedName(object)
        let old = entries[key]
        if let old, old.version >= version { return nil }
        if let deleted = tombstones[key], deleted >= version { return nil }
        // A state that the watch has passed, of an object that is not there: it was deleted since.
        if isOwnWrite, old == nil, version <= self.version(of: key.namespace) { return nil }
        store(Entry(object: object, version: version), at: key, replacing: old)
        return CacheChange(old: old?.object, new: object, isOwnWrite: isOwnWrite)
    }

    /// - Parameter version: of the deletion, or of the last state.
    mutating func remove(_ key: NamespacedName, version: UInt64, isOwnWrite: Bool) -> CacheChange<T>? {
        if version > self.version(of: key.namespace) { tombstones[key] = max(version, tombstones[key] ?? 0) }
        guard let old = entries[key], old.version <= version else { return nil }
        store(nil, at: key, replacing: old)
        return CacheChange(old: old.object, new: nil, isOwnWrite: isOwnWrite)
    }

    /// Takes a consistent list: what is not in it and not newer than it is gone.
    ///
    /// - Parameter scope: the namespace that was listed; empty: all of them.
    /// - Precondition: `version` is not below the cache's.
    mutating func replace(
        _ items: [(object: T, version: UInt64)], version: UInt64, in scope: String = ""
    ) -> [CacheChange<T>] {
        var changes: [CacheChange<T>] = []
        let listed = Set(items.map { NamespacedName($0.object) })
        for key in all.keys where !listed.contains(key) && (scope.isEmpty || key.namespace == scope) {
            if let old = entries[key], old.version <= version {
                store(nil, at: key, replacing: old)
                changes.append(CacheChange(old: old.object, new: nil, isOwnWrite: false))
            }
        }
        for item in items {
            if let change = put(item.object, version: item.version, isOwnWrite: false) { changes.append(change) }
        }
        advance(to: version, in: scope)
        return changes
    }

    /// Everything up to `version` has been taken in.
    mutating func advance(to version: UInt64, in scope: String = "") {
        guard version > self.version(of: scope) else { return }
        versions[scope] = version
        if !tombstones.isEmpty {
            tombstones = tombstones.filter { key, deleted in
                deleted > version || (!scope.isEmpty && key.namespace != scope)
            }
        }
    }

    private mutating func store(_ entry: Entry?, at key: NamespacedName, replacing old: Entry?) {
        for (position, index) in indexes.enumerated() {
            let before = old.map { index.values($0.object) } ?? []
            let after = entry.map { index.values($0.object) } ?? []
            guard before != after else { continue }
            for value in before {
                indexed[position][value]?.remove(key)
                if indexed[position][value]?.isEmpty == true { indexed[position][value] = nil }
            }
            for value in after { indexed[position][value, default: SortedKeys()].insert(key) }
        }
        if entry == nil { all.remove(key) } else if old == nil { all.insert(key) }
        entries[key] = entry
    }
}
