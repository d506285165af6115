/// Keys with the time at which each is due: a binary heap, earliest first, equal times in the order they were added.
struct DelayedKeys<Key: Hashable> {
    private struct Entry {
        let due: Duration
        let sequence: UInt64
        let key: Key

        func precedes(_ other: Entry) -> Bool {
            due == other.due ? sequence < other.sequence : due < other.due
        }
    }

    private var heap: [Entry] = []
    /// The sequence number of each key's valid entry; what else is in the heap was overtaken by an earlier time.
    private var valid: [Key: (due: Duration, sequence: UInt64)] = [:]
    private var nextSequence: UInt64 = 0

    var count: Int { valid.count }
    var earliest: Duration? { heap.first?.due }

    /// The earlier of this and an earlier call's time counts. Returns whether the key's time changed.
    mutating func add(_ key: Key, due: Duration) -> Bool {
        if let standing = valid[key], standing.due <= due { return false }
        nextSequence += 1
        valid[key] = (due, nextSequence)
        push(Entry(due: due, sequence: nextSequence, key: key))
        dropOvertaken()
        return true
    }

    /// The next key that is due at `now`.
    mutating func pop(due now: Duration) -> Key? {
        guard let first = heap.first, first.due <= now else { return nil }
        removeTop()
        valid[first.key] = nil
        dropOvertaken()
        return first.key
    }

    private func isValid(_ entry: Entry) -> Bool { valid[entry.key]?.sequence == entry.sequence }

    /// Keeps the top valid, and the heap at most twice as large as it has to be.
    private mutating func dropOvertaken() {
        while let first = heap.first, !isValid(first) { removeTop() }
        guard heap.count > 64, heap.count > 2 * valid.count else { return }
        let live = heap.filter(isValid).sorted { $0.precedes($1) }
        heap = live
    }

    private mutating func push(_ entry: Entry) {
        heap.append(entry)
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child].precedes(heap[parent]) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func removeTop() {
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var smallest = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count {
                if heap[child].precedes(heap[smallest]) { smallest = child }
            }
            guard smallest != parent else { return }
            heap.swapAt(parent, smallest)
            parent = smallest
        }
    }
}
