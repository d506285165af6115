/// Where a key stands in the text, between its quotes.
struct KeySpan {
    let position: Int
    let length: Int
    /// Whether the text between the quotes is the key itself: no escapes.
    let isPlain: Bool
}

/// The members of all open objects, with the places of their keys.
struct MemberStack: ~Copyable {
    private var members: MoveStack<JSONObject.Member>
    private var spans: MoveStack<KeySpan>

    /// Above this, moving members about costs more than a table of indices.
    private static let insertionLimit = 48

    init(capacity: Int) {
        members = MoveStack(capacity: capacity)
        spans = MoveStack(capacity: capacity)
    }

    var count: Int { members.count }

    @inline(__always)
    mutating func push(_ member: consuming JSONObject.Member, _ span: KeySpan) {
        members.push(member)
        spans.push(span)
    }

    /// Moves the members from `start` on into an array.
    mutating func take(from start: Int) -> [JSONObject.Member] {
        spans.drop(from: start)
        return members.take(from: start)
    }

    /// Sorts the members from `start` on by the UTF-8 of their keys.
    ///
    /// - Returns: The later of two equal keys, if there are any.
    mutating func sort(from start: Int, _ text: UnsafeRawPointer) -> (key: String, position: Int)? {
        var sorted = start + 1
        // Our own output comes in order, and then this loop is all.
        while sorted < count, order(sorted - 1, sorted, text) < 0 { sorted += 1 }
        if sorted >= count { return nil }
        return count - start > MemberStack.insertionLimit
            ? sortByIndex(from: start, text) : insert(sorted, from: start, text)
    }

    /// Binary insertion of the members from `first` on into the sorted ones before them.
    private mutating func insert(
        _ first: Int, from start: Int, _ text: UnsafeRawPointer
    ) -> (key: String, position: Int)? {
        for index in first..<count {
            var low = start
            var high = index
            while low < high {
                let middle = (low + high) / 2
                let order = order(middle, index, text)
                if order == 0 { return (members.base[index].key, spans.base[index].position) }
                if order < 0 { low = middle + 1 } else { high = middle }
            }
            if low == index { continue }
            let member = (members.base + index).move()
            (members.base + low + 1).moveInitialize(from: members.base + low, count: index - low)
            (members.base + low).initialize(to: member)
            let span = spans.base[index]
            (spans.base + low + 1).moveInitialize(from: spans.base + low, count: index - low)
            spans.base[low] = span
        }
        return nil
    }

    private mutating func sortByIndex(from start: Int, _ text: UnsafeRawPointer) -> (key: String, position: Int)? {
        let indices = (start..<count).sorted { order($0, $1, text) < 0 }
        for (left, right) in zip(indices, indices.dropFirst()) where order(left, right, text) == 0 {
            let later = max(left, right)
            return (members.base[later].key, spans.base[later].position)
        }
        let ordered = indices.map { members.base[$0] }
        for (offset, member) in ordered.enumerated() { members.base[start + offset] = member }
        return nil
    }

    /// Negative, zero or positive, as the key at `left` sorts before, with or after the one at `right`.
    private func order(_ left: Int, _ right: Int, _ text: UnsafeRawPointer) -> Int {
        let (first, second) = (spans.base[left], spans.base[right])
        guard first.isPlain, second.isPlain else {
            return String.compareBytes(members.base[left].key, members.base[right].key)
        }
        for offset in 0..<min(first.length, second.length) {
            let one = text.load(fromByteOffset: first.position + offset, as: UInt8.self)
            let other = text.load(fromByteOffset: second.position + offset, as: UInt8.self)
            if one != other { return one < other ? -1 : 1 }
        }
        return first.length - second.length
    }
}
