package import Ambient

/// What a store answers from: its state and its watches behind one lock. The memory store is little more; the SQLite
/// store publishes here what it has made durable.
package final class LiveStore: Sendable {
    package let limits: StoreLimits
    private let contents: Guarded<LiveContents>
    private let time: any TimeSource
    private let archive: (any StoreArchive)?

    package init(_ state: StoreState, limits: StoreLimits, time: any TimeSource, archive: (any StoreArchive)? = nil) {
        contents = Guarded(LiveContents(state, at: time.uptime))
        self.limits = limits
        self.time = time
        self.archive = archive
    }

    // MARK: Reading

    package func object(_ key: ObjectKey) -> StoredObject? { contents.withLock { $0.state.object(key) } }

    package func get(_ key: ObjectKey) throws(StoreError) -> StoredObject? {
        try contents.withLock { contents throws(StoreError) in
            try contents.checkOpen()
            return contents.state.object(key)
        }
    }

    package func currentVersion() throws(StoreError) -> StoreVersion {
        try contents.withLock { contents throws(StoreError) in
            try contents.checkOpen()
            return contents.state.current
        }
    }

    package func list(
        _ scope: StoreScope, limit: Int?, continuation: StoreContinuation?
    ) async throws(StoreError) -> StorePage {
        var older: [StoreChange] = []
        var reached = continuation?.version
        while true {
            let (page, floor) = try contents.withLock { contents throws(StoreError) -> (StorePage?, StoreVersion) in
                try contents.checkOpen()
                let (current, floor) = (contents.state.current, contents.state.history.floor)
                let version = continuation?.version ?? current
                if version > current { throw .future(version, current: current) }
                guard (reached ?? version) >= floor else { return (nil, floor) }
                let after = continuation?.after
                let page = contents.state.page(scope, after: after, asOf: version, older: older, limit: limit)
                return (page, floor)
            }
            if let page { return page }
            guard let archive, let from = reached else {
                throw .compacted(continuation?.version ?? floor, oldest: floor)
            }
            if older.isEmpty { try await archive.check(from) }
            // The history may lose more meanwhile: then the next round fetches that too.
            older += try await archive.changes(in: scope, after: from, through: floor, limit: .max).changes
            reached = floor
        }
    }

    // MARK: Writing

    /// Stages, applies and publishes one commit in one go.
    package func commit(_ commit: StoreCommit) throws(StoreError) -> [StoredObject] {
        let uptime = time.uptime
        let (results, woken) = try contents.withLock {
            contents throws(StoreError) -> ([StoredObject], [WatchHub.Waiter]) in
            try contents.checkOpen()
            var draft = StoreDraft(after: contents.state.current, maximumObjectBytes: limits.maximumObjectBytes)
            let results = try draft.stage(commit) { contents.state.object($0) }
            return (results, contents.publish(draft.changes, uptime, limits))
        }
        for waiter in woken { waiter.resume() }
        return results
    }

    /// Makes changes visible, all at once, and wakes the watches that want them.
    package func publish(_ changes: [StoreChange]) {
        let uptime = time.uptime
        for waiter in contents.withLock({ $0.publish(changes, uptime, limits) }) { waiter.resume() }
    }

    /// Forgets the changes up to `version` (not those after the current one).
    package func trim(through version: StoreVersion) { contents.withLock { $0.state.trim(through: version) } }

    /// Ends all watches; everything else fails with `.closed` from now on.
    /// Gives back memory that can be made again: who reads next pays for it.
    package func releaseMemory() {
        let state = contents.withLock { $0.state }
        state.forgetTrees()
    }

    package func close() {
        let waiters = contents.withLock { contents in
            contents.isClosed = true
            return contents.hub.removeAll()
        }
        for waiter in waiters { waiter.resume() }
    }

    // MARK: Watching

    package func watch(_ scope: StoreScope, after version: StoreVersion) async throws(StoreError) -> StoreWatch {
        let (id, floor) = try contents.withLock { contents throws(StoreError) -> (WatchHub.ID?, StoreVersion) in
            try contents.checkOpen()
            let (current, floor) = (contents.state.current, contents.state.history.floor)
            if version > current { throw .future(version, current: current) }
            guard version >= floor else { return (nil, floor) }
            return (contents.hub.add(scope, after: version, isLive: version == current), floor)
        }
        if let id { return handle(id) }
        guard let archive else { throw .compacted(version, oldest: floor) }
        try await archive.check(version)
        return handle(contents.withLock { $0.hub.add(scope, after: version, isLive: false) })
    }

    private func handle(_ id: WatchHub.ID) -> StoreWatch {
        let lifetime = WatchLifetime(self, id)
        return StoreWatch(
            next: { () async throws(StoreError) in try await lifetime.store.next(lifetime.id) },
            cancel: { lifetime.store.cancel(lifetime.id) })
    }

    fileprivate func cancel(_ id: WatchHub.ID) {
        for waiter in contents.withLock({ $0.hub.remove(id) }) { waiter.resume() }
    }

    private func next(_ id: WatchHub.ID) async throws(StoreError) -> [StoreEvent]? {
        while !Task.isCancelled {
            switch contents.withLock({ $0.poll(id, limits, hasArchive: archive != nil) }) {
            case .events(let events): return events
            case .failed(let error): throw error
            case .ended: return nil
            case .idle: await park(id)
            case .archived(let scope, let version, let end):
                if let events = try await nextArchived(id, scope, after: version, through: end) { return events }
            }
        }
        return nil
    }

    /// A batch from the archive; nil when it has nothing in the scope up to `end`.
    private func nextArchived(
        _ id: WatchHub.ID, _ scope: StoreScope, after version: StoreVersion, through end: StoreVersion
    ) async throws(StoreError) -> [StoreEvent]? {
        guard let archive else { return nil }
        do {
            let (changes, reached) = try await archive.changes(
                in: scope, after: version, through: end, limit: limits.watchBatch)
            contents.withLock {
                $0.hub.update(id) { watch in
                    watch.position = reached
                    watch.announced = changes.last?.version ?? watch.announced
                }
            }
            return changes.isEmpty ? nil : changes.map(\.event)
        } catch {
            cancel(id)
            throw error
        }
    }

    /// Waits until the watch has something to read, has ended, or the task is cancelled.
    private func park(_ id: WatchHub.ID) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { waiter in
                let mustWait = contents.withLock { contents in
                    // A cancellation before this line is seen here; one after it finds the waiter.
                    !Task.isCancelled && contents.isIdle(id) && contents.hub.park(id, waiter)
                }
                if !mustWait { waiter.resume() }
            }
        } onCancel: {
            for waiter in contents.withLock({ $0.abandonWait(id) }) { waiter.resume() }
        }
    }

    /// Watches that exist, and those of them that wait.
    package var watchCounts: (all: Int, waiting: Int) {
        contents.withLock { ($0.hub.watches.count, $0.hub.parkedCount) }
    }
}

/// Frees a watch that is dropped without having been cancelled.
private final class WatchLifetime: Sendable {
    let store: LiveStore
    let id: WatchHub.ID

    init(_ store: LiveStore, _ id: WatchHub.ID) {
        self.store = store
        self.id = id
    }

    deinit { store.cancel(id) }
}
