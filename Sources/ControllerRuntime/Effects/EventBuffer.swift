import Ambient
import InfraAPI

/// What the recorder still has to write, as a value: repeats of one message become one entry with a count.
struct EventBuffer: Sendable {
    /// What makes two occurrences the same event.
    struct Identity: Sendable, Hashable {
        let involved: InvolvedObject
        let type: String
        let reason: String
        let message: String
    }

    struct Pending: Sendable {
        let identity: Identity
        let first: Timestamp
        var last: Timestamp
        var count = 1
    }

    let capacity: Int
    private var pending: [Pending] = []
    private var positions: [Identity: Int] = [:]
    /// Occurrences that found the buffer full.
    private(set) var dropped = 0

    init(capacity: Int) { self.capacity = capacity }

    mutating func add(_ identity: Identity, at time: Timestamp) {
        if let position = positions[identity] {
            pending[position].count += 1
            pending[position].last = time
        } else if pending.count < capacity {
            positions[identity] = pending.count
            pending.append(Pending(identity: identity, first: time, last: time))
        } else {
            dropped += 1
        }
    }

    mutating func takeAll() -> [Pending] {
        let taken = pending
        pending = []
        positions = [:]
        return taken
    }
}

/// The events that were written last, by identity: a repeat counts up one of them. The oldest is forgotten first.
struct WrittenEvents: Sendable {
    struct Entry: Sendable {
        let reference: NamespacedName
        var count: Int
    }

    let capacity: Int
    private var entries: [EventBuffer.Identity: Entry] = [:]
    private var order = FIFO<EventBuffer.Identity>()

    init(capacity: Int) { self.capacity = capacity }

    subscript(identity: EventBuffer.Identity) -> Entry? { entries[identity] }

    mutating func set(_ entry: Entry, for identity: EventBuffer.Identity) {
        if entries.updateValue(entry, forKey: identity) == nil { order.append(identity) }
        while order.count > capacity, let oldest = order.popFirst() { entries[oldest] = nil }
    }
}
