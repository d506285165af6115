import Ambient
public import InfraAPI
import JSON
public import ObjectStore

/// A change as a watch tells it, with the object's bytes.
public enum StoredWatchEvent: Sendable {
    case added(StoredObject)
    case modified(StoredObject)
    /// The last state, with the version of the change that took it out of sight.
    case deleted(StoredObject)
    /// Nothing up to this version is still to come. The first one after a start without a version closes the
    /// synthetic ADDED events.
    case bookmark(StoreVersion)
}

/// A running watch over stored objects; ends and throws as `ResourceWatch`.
public struct StoredWatch: Sendable {
    private let pull: @Sendable () async throws(APIStatus) -> [StoredWatchEvent]?
    private let stop: @Sendable () -> Void

    init(
        next: @escaping @Sendable () async throws(APIStatus) -> [StoredWatchEvent]?,
        cancel: @escaping @Sendable () -> Void
    ) {
        pull = next
        stop = cancel
    }

    /// The next batch; nil when the server closed the stream, and the client resumes from the last version it saw.
    public func next() async throws(APIStatus) -> [StoredWatchEvent]? { try await pull() }
    public func cancel() { stop() }
}

extension LocalResourceClient {
    public func watch(
        _ type: ResourceType, in namespace: String?, _ options: WatchOptions
    ) async throws(APIStatus) -> ResourceWatch {
        let watch = try await storedWatch(type, in: namespace, options)
        return ResourceWatch(
            next: { () async throws(APIStatus) in
                guard let events = try await watch.next() else { return nil }
                return events.map { event in
                    switch event {
                    case .added(let object): .added(object.body)
                    case .modified(let object): .modified(object.body)
                    case .deleted(let object): .deleted(object.body)
                    case .bookmark(let version): .bookmark(resourceVersion: version.description)
                    }
                }
            },
            cancel: { watch.cancel() })
    }

    /// As `watch`, with the objects' bytes.
    public func storedWatch(
        _ type: ResourceType, in namespace: String?, _ options: WatchOptions
    ) async throws(APIStatus) -> StoredWatch {
        let served = try types.find(type)
        let selection = try Selection(type, labels: options.labelSelector, fields: options.fieldSelector)
        let scope = StoreScope(resource: served.resource, namespace: selection.namespace(within: namespace, of: type))
        var initial: [StoredWatchEvent] = []
        let start: StoreVersion
        if let text = options.resourceVersion, !["", "0"].contains(text) {
            guard let version = StoreVersion(text) else {
                throw .badRequest(
                    "invalid resourceVersion \"\(text)\": it must be a decimal number from an earlier answer")
            }
            start = version
        } else {
            let list = try await storedList(
                type, in: namespace,
                ListOptions(labelSelector: options.labelSelector, fieldSelector: options.fieldSelector))
            start = list.version
            initial = list.objects.map { .added($0) }
            if options.allowBookmarks { initial.append(.bookmark(start)) }
        }
        return filtered(try await open(scope, after: start), selection, options.allowBookmarks, initial)
    }

    private func open(_ scope: StoreScope, after version: StoreVersion) async throws(APIStatus) -> StoreWatch {
        do throws(StoreError) {
            return try await store.watch(scope, after: version)
        } catch { throw APIStatus(error) }
    }

    private func filtered(
        _ watch: StoreWatch, _ selection: Selection, _ allowBookmarks: Bool, _ initial: [StoredWatchEvent]
    ) -> StoredWatch {
        let pending = Guarded(initial)
        return StoredWatch(
            next: { () async throws(APIStatus) in
                let first = pending.withLock { events in
                    defer { events = [] }
                    return events
                }
                if !first.isEmpty { return first }
                while true {
                    let batch: [StoreEvent]?
                    do throws(StoreError) {
                        batch = try await watch.next()
                    } catch {
                        // The client was too slow: it resumes from what it saw.
                        if error.code == .overrun { return nil }
                        throw APIStatus(error)
                    }
                    guard let batch else { return nil }
                    let events = batch.compactMap { selection.event(for: $0, allowBookmarks) }
                    if !events.isEmpty { return events }
                }
            },
            cancel: { watch.cancel() })
    }
}

extension Selection {
    /// What a change means to a watcher of this selection; nil when nothing.
    func event(for change: StoreEvent, _ allowBookmarks: Bool) -> StoredWatchEvent? {
        switch change {
        case .bookmark(let version): return allowBookmarks ? .bookmark(version) : nil
        case .deleted(let object): return isEverything || contains(object.body) ? .deleted(object) : nil
        case .put(let object, let previous):
            if isEverything { return previous == nil ? .added(object) : .modified(object) }
            let was = previous.map { contains($0.body) } ?? false
            switch (was, contains(object.body)) {
            case (false, true): return .added(object)
            case (true, true): return .modified(object)
            case (true, false): return previous.map { .deleted($0.restated(at: object.version)) }
            case (false, false): return nil
            }
        }
    }
}

extension StoredObject {
    /// The same state under the version of a later change.
    fileprivate func restated(at version: StoreVersion) -> StoredObject {
        var body = body
        body[path: ["metadata", "resourceVersion"]] = .string(version.description)
        return StoredObject(key: key, version: version, body: body, encoded: body.encoded())
    }
}
