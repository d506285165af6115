/// The state and the watches of a store, as a value: every step here is taken under the lock of ``LiveStore``.
struct LiveContents {
    var state: StoreState
    var hub: WatchHub
    var isClosed = false

    init(_ state: StoreState, at uptime: Duration) {
        self.state = state
        hub = WatchHub(at: state.current, uptime)
    }

    /// What a watch finds when it looks.
    enum Poll {
        case events([StoreEvent])
        case idle
        case ended
        case failed(StoreError)
        /// What comes next is in the archive alone.
        case archived(StoreScope, after: StoreVersion, through: StoreVersion)
    }

    func checkOpen() throws(StoreError) {
        if isClosed { throw StoreError(.closed, "the store is closed") }
    }

    /// Applies `changes`, and says whom to wake.
    mutating func publish(_ changes: [StoreChange], _ uptime: Duration, _ limits: StoreLimits) -> [WatchHub.Waiter] {
        for change in changes { state.apply(change, at: uptime) }
        state.trim(to: limits.retainedVersions, since: uptime - limits.retainedAge)
        return hub.wake(for: changes, at: uptime, limits: limits)
    }

    /// Takes the next batch of a watch.
    mutating func poll(_ id: WatchHub.ID, _ limits: StoreLimits, hasArchive: Bool) -> Poll {
        // Somebody else waits on this watch: then there was nothing in its scope up to now.
        hub.update(id) { if !$0.waiters.isEmpty { $0.position = state.current } }
        guard !isClosed, let watch = hub.watches[id] else { return .ended }
        let floor = state.history.floor
        if watch.position < floor {
            if watch.isLive || !hasArchive { return overrun(id, watch) }
            return .archived(watch.scope, after: watch.position, through: floor)
        }
        if watch.isLive, state.history.count(of: watch.scope.resource, after: watch.position) > limits.watchBuffer {
            return overrun(id, watch)
        }
        let (changes, areAll) = state.history.changes(
            in: watch.scope, after: watch.position, limit: max(1, limits.watchBatch))
        let current = state.current
        let silence = current.value - watch.announced.value
        let isBookmarkDue =
            changes.isEmpty && silence > 0 && (watch.wantsBookmark || silence >= limits.bookmarkVersions)
        hub.update(id) { watch in
            watch.position = areAll ? current : changes.last?.version ?? watch.position
            watch.isLive = watch.isLive || areAll
            watch.announced = isBookmarkDue ? current : changes.last?.version ?? watch.announced
            watch.wantsBookmark = false
        }
        if isBookmarkDue { return .events([.bookmark(current)]) }
        return changes.isEmpty ? .idle : .events(changes.map(\.event))
    }

    private mutating func overrun(_ id: WatchHub.ID, _ watch: WatchHub.Watch) -> Poll {
        let waiters = hub.remove(id)
        assert(waiters.isEmpty, "a watch that waits has caught up")
        return .failed(
            StoreError(
                .overrun,
                "the watch of \(watch.scope.resource) fell too far behind: it has read up to version \(watch.position), "
                    + "the store is at \(state.current); watch again after the last version that you saw"))
    }

    /// Whether the watch has read all there is, so that its reader must wait.
    func isIdle(_ id: WatchHub.ID) -> Bool {
        guard !isClosed, let watch = hub.watches[id] else { return false }
        return watch.position == state.current && !watch.wantsBookmark
    }

    /// Takes back the waiting of a watch, which has thereby seen all there was.
    mutating func abandonWait(_ id: WatchHub.ID) -> [WatchHub.Waiter] {
        let waiters = hub.unpark(id)
        if !waiters.isEmpty { hub.update(id) { $0.position = state.current } }
        return waiters
    }
}
