/// The running watches: how far each has read, and which of them wait.
///
/// A watch is a position in the history, not a buffer of its own: a slow one costs no memory. Watches are woken in the
/// order in which they were registered.
struct WatchHub {
    typealias ID = UInt64
    typealias Waiter = CheckedContinuation<Void, Never>

    struct Watch {
        let scope: StoreScope
        /// Everything up to here was delivered, or was not in the scope.
        var position: StoreVersion
        /// The last version that the watcher was told.
        var announced: StoreVersion
        /// It had caught up; from then on it must not fall behind.
        var isLive: Bool
        var wantsBookmark = false
        var waiters: [Waiter] = []
    }

    private(set) var watches: [ID: Watch] = [:]
    /// The watches that wait, by resource, in the order of registration.
    private var parked: [String: [ID]] = [:]
    private var lastID: ID = 0
    /// Where and when bookmarks were last sent.
    private var sweptVersion: StoreVersion
    private var sweptAt: Duration

    init(at version: StoreVersion, _ uptime: Duration) {
        sweptVersion = version
        sweptAt = uptime
    }

    var parkedCount: Int { parked.values.reduce(0) { $0 + $1.count } }

    mutating func add(_ scope: StoreScope, after version: StoreVersion, isLive: Bool) -> ID {
        lastID += 1
        watches[lastID] = Watch(scope: scope, position: version, announced: version, isLive: isLive)
        return lastID
    }

    mutating func update(_ id: ID, _ body: (inout Watch) -> Void) {
        guard let index = watches.index(forKey: id) else { return }
        body(&watches.values[index])
    }

    mutating func remove(_ id: ID) -> [Waiter] {
        let waiters = unpark(id)
        watches[id] = nil
        return waiters
    }

    mutating func removeAll() -> [Waiter] {
        let waiters = watches.keys.sorted().flatMap { watches[$0]?.waiters ?? [] }
        watches = [:]
        parked = [:]
        return waiters
    }

    /// Lets `waiter` wait until the watch is unparked; false when there is no such watch.
    mutating func park(_ id: ID, _ waiter: Waiter) -> Bool {
        guard let watch = watches[id] else { return false }
        if watch.waiters.isEmpty {
            var ids = parked.removeValue(forKey: watch.scope.resource) ?? []
            ids.insert(id, at: (ids.lastIndex { $0 < id }).map { $0 + 1 } ?? 0)
            parked[watch.scope.resource] = ids
        }
        update(id) { $0.waiters.append(waiter) }
        return true
    }

    mutating func unpark(_ id: ID) -> [Waiter] {
        guard let watch = watches[id], !watch.waiters.isEmpty else { return [] }
        var ids = parked.removeValue(forKey: watch.scope.resource) ?? []
        ids.removeAll { $0 == id }
        if !ids.isEmpty { parked[watch.scope.resource] = ids }
        update(id) { $0.waiters = [] }
        return watch.waiters
    }

    /// Who waits for one of `changes`, or for a bookmark that is due. A watch that waits has missed nothing of its
    /// scope, so it reads on from the first of them.
    mutating func wake(for changes: [StoreChange], at uptime: Duration, limits: StoreLimits) -> [Waiter] {
        guard let first = changes.first, let current = changes.last?.version else { return [] }
        var woken: [ID] = []
        var resources: [String] = []
        for change in changes where !resources.contains(change.key.resource) { resources.append(change.key.resource) }
        for resource in resources {
            for id in parked[resource] ?? [] {
                guard let scope = watches[id]?.scope else { continue }
                if changes.contains(where: { scope.contains($0.key) }) { woken.append(id) }
            }
        }
        let before = StoreVersion(first.version.value - 1)
        for id in woken { update(id) { $0.position = before } }
        if current.value - sweptVersion.value >= limits.bookmarkVersions || uptime - sweptAt >= limits.bookmarkInterval
        {
            (sweptVersion, sweptAt) = (current, uptime)
            woken += sweep(except: woken, current)
        }
        return unpark(all: woken)
    }

    /// Ends the waiting of many at once, in the order of registration. One by one, each would pass over all that wait.
    private mutating func unpark(all ids: [ID]) -> [Waiter] {
        let gone = Set(ids)
        for resource in Set(ids.compactMap { watches[$0]?.scope.resource }) {
            let rest = parked.removeValue(forKey: resource)?.filter { !gone.contains($0) } ?? []
            if !rest.isEmpty { parked[resource] = rest }
        }
        var waiters: [Waiter] = []
        for id in ids.sorted() {
            update(id) {
                waiters += $0.waiters
                $0.waiters = []
            }
        }
        return waiters
    }

    private mutating func sweep(except woken: [ID], _ current: StoreVersion) -> [ID] {
        let woken = Set(woken)
        let idle = parked.values.flatMap { $0 }.filter { !woken.contains($0) }
        for id in idle {
            update(id) {
                $0.position = current
                $0.wantsBookmark = true
            }
        }
        return idle
    }
}
