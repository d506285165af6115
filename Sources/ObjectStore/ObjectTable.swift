/// The objects of one resource, sorted by namespace and name.
struct ObjectTable: Sendable {
    private(set) var objects: [StoredObject] = []

    func find(_ key: ObjectKey) -> StoredObject? {
        let index = position(of: key)
        return index < objects.count && objects[index].key == key ? objects[index] : nil
    }

    mutating func put(_ object: StoredObject) {
        let index = position(of: object.key)
        if index < objects.count, objects[index].key == object.key {
            objects[index] = object
        } else {
            objects.insert(object, at: index)
        }
    }

    mutating func remove(_ key: ObjectKey) {
        let index = position(of: key)
        if index < objects.count, objects[index].key == key { objects.remove(at: index) }
    }

    /// The objects of `namespace` (nil: of all) after `key` (nil: from the first).
    func slice(namespace: String?, after key: ObjectKey?) -> ArraySlice<StoredObject> {
        var range = objects.indices
        if let namespace {
            let start = partition { $0.namespace < namespace }
            range = start..<partition { $0.namespace <= namespace }
        }
        if let key {
            let next = partition { ($0.namespace, $0.name) <= (key.namespace, key.name) }
            range = min(max(next, range.lowerBound), range.upperBound)..<range.upperBound
        }
        return objects[range]
    }

    /// Where `key` stands, or where it would be inserted. Loading a store in key order appends.
    private func position(of key: ObjectKey) -> Int {
        if let last = objects.last?.key, (last.namespace, last.name) < (key.namespace, key.name) {
            return objects.count
        }
        return partition { ($0.namespace, $0.name) < (key.namespace, key.name) }
    }

    private func partition(where isBefore: (ObjectKey) -> Bool) -> Int {
        var low = 0
        var high = objects.count
        while low < high {
            let middle = (low + high) / 2
            if isBefore(objects[middle].key) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
