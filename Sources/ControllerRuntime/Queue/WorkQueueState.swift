/// The rules of the work queue as a value: which key is ready, which is being processed, which comes again.
///
/// A key is in at most one of `ready` and `processing`; a key that is added while it is processed is marked and becomes
/// ready when its worker is done.
struct WorkQueueState<Key: Hashable> {
    private struct Waiting {
        let key: Key
        let since: Duration
    }

    private var ready = FIFO<Waiting>()
    private var isReady: Set<Key> = []
    private var processing: Set<Key> = []
    private var comesAgain: Set<Key> = []
    private var delayed = DelayedKeys<Key>()
    private(set) var isShutDown = false

    var readyCount: Int { ready.count }
    var processingCount: Int { processing.count }
    var delayedCount: Int { delayed.count }
    var earliestDue: Duration? { isShutDown ? nil : delayed.earliest }

    /// Since when the first ready key waits.
    var readySince: Duration? { isShutDown ? nil : ready.first?.since }

    mutating func add(_ key: Key, now: Duration) {
        guard !isShutDown else { return }
        if processing.contains(key) {
            comesAgain.insert(key)
        } else if isReady.insert(key).inserted {
            ready.append(Waiting(key: key, since: now))
        }
    }

    /// Returns whether this is now the earliest of all times, so that the timer has to look again.
    mutating func add(_ key: Key, due: Duration) -> Bool {
        guard !isShutDown else { return false }
        let before = delayed.earliest
        return delayed.add(key, due: due) && delayed.earliest != before
    }

    /// Makes ready what is due at `now`.
    mutating func promote(now: Duration) {
        while let key = delayed.pop(due: now) { add(key, now: now) }
    }

    /// The next key, which from now on is being processed.
    mutating func take() -> Key? {
        guard !isShutDown, let key = ready.popFirst()?.key else { return nil }
        isReady.remove(key)
        processing.insert(key)
        return key
    }

    mutating func done(_ key: Key, now: Duration) {
        processing.remove(key)
        if comesAgain.remove(key) != nil { add(key, now: now) }
    }

    mutating func shutDown() {
        isShutDown = true
        ready = FIFO()
        isReady = []
        comesAgain = []
        delayed = DelayedKeys()
    }
}
