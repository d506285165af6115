/// A queue over a circular buffer: appended at the end, removed at the front, read by offset; all in constant time.
package struct Ring<Element: Sendable>: Sendable {
    /// The capacity is a power of two; what is outside of the queue is nil.
    private var slots: [Element?] = []
    private var head = 0
    package private(set) var count = 0

    package init() {}

    package var isEmpty: Bool { count == 0 }
    package var first: Element? { isEmpty ? nil : slots[head] }

    /// - Precondition: `0 <= offset < count`.
    package subscript(_ offset: Int) -> Element {
        guard let element = slots[(head + offset) & (slots.count - 1)] else {
            preconditionFailure("offset \(offset) is outside of the ring's \(count) elements")
        }
        return element
    }

    package mutating func append(_ element: Element) {
        if count == slots.count { grow() }
        slots[(head + count) & (slots.count - 1)] = element
        count += 1
    }

    @discardableResult
    package mutating func removeFirst() -> Element? {
        guard count > 0 else { return nil }
        let element = slots[head]
        slots[head] = nil
        head = (head + 1) & (slots.count - 1)
        count -= 1
        if count * 8 < slots.count, slots.count > 64 { resize(to: slots.count / 2) }
        return element
    }

    /// The first offset whose element fails `isBefore`, or `count`.
    ///
    /// - Precondition: elements that satisfy `isBefore` come before those that do not.
    package func partition(where isBefore: (Element) -> Bool) -> Int {
        var low = 0
        var high = count
        while low < high {
            let middle = (low + high) / 2
            if isBefore(self[middle]) { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private mutating func grow() { resize(to: max(16, slots.count * 2)) }

    private mutating func resize(to capacity: Int) {
        var moved: [Element?] = []
        moved.reserveCapacity(capacity)
        for offset in 0..<count { moved.append(self[offset]) }
        moved.append(contentsOf: repeatElement(nil, count: capacity - count))
        slots = moved
        head = 0
    }
}
