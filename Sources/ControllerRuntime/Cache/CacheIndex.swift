public import InfraAPI

/// A way to find objects of a cache other than by their name: the values under which an object stands.
public struct CacheIndex<T: APIObject>: Sendable {
    public let name: String
    let values: @Sendable (T) -> [String]

    /// - Parameter values: a pure function of the object.
    public init(_ name: String, values: @escaping @Sendable (T) -> [String]) {
        self.name = name
        self.values = values
    }

    /// By the uid of each owner.
    public static var owner: CacheIndex<T> {
        CacheIndex("owner") { object in object.metadata.ownerReferences.map(\.uid) }
    }
}

/// Keys in order, without duplicates.
struct SortedKeys: Sendable {
    private(set) var keys: [NamespacedName] = []

    var isEmpty: Bool { keys.isEmpty }

    mutating func insert(_ key: NamespacedName) {
        // Lists come in order, so that most keys go to the end.
        if let last = keys.last, last < key { return keys.append(key) }
        let (index, found) = position(of: key)
        if !found { keys.insert(key, at: index) }
    }

    mutating func remove(_ key: NamespacedName) {
        let (index, found) = position(of: key)
        if found { keys.remove(at: index) }
    }

    private func position(of key: NamespacedName) -> (index: Int, found: Bool) {
        var low = 0
        var high = keys.count
        while low < high {
            let middle = (low + high) / 2
            if keys[middle] < key { low = middle + 1 } else { high = middle }
        }
        return (low, low < keys.count && keys[low] == key)
    }
}
