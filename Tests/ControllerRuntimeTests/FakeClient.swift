import Ambient
import ControllerRuntime
import InfraAPI
import JSON
import ResourceAPI

/// A server in memory with the faults that a reflector must survive: 410, dropped watches, stale lists, errors.
final class FakeClient: ResourceClient {
    private struct Change: Sendable {
        let version: Int
        let type: ResourceType
        let event: WatchEvent
    }

    private struct State {
        var version = 0
        var objects: [ObjectReference: JSONValue] = [:]
        var changes: [Change] = []
        var oldestRetained = 0
        var failuresLeft = 0
        var staleLists: [ObjectList] = []
        var watchers: [Int: Signal] = [:]
        var nextWatcher = 0
        var generation = 0
        var lists = 0
        var writes = 0
    }

    private let state = Guarded(State())

    var listCount: Int { state.withLock { $0.lists } }
    var writeCount: Int { state.withLock { $0.writes } }
    var version: Int { state.withLock { $0.version } }

    func failNext(_ count: Int) { state.withLock { $0.failuresLeft = count } }

    /// The next list is this one.
    func listStale(_ list: ObjectList) { state.withLock { $0.staleLists.append(list) } }

    /// Ends all watches; what they have not read yet stays to be read by the next one.
    func dropWatches() {
        let signals = state.withLock { state in
            state.generation += 1
            return state.watchers.sorted { $0.key < $1.key }.map(\.value)
        }
        for signal in signals { signal.raise() }
    }

    /// Forgets the history: watches from any older version get 410.
    func compact() { state.withLock { $0.oldestRetained = $0.version } }

    func objects(_ type: ResourceType) -> [JSONValue] {
        state.withLock { state in
            state.objects.filter { $0.key.type == type }
                .sorted { ($0.key.namespace, $0.key.name) < ($1.key.namespace, $1.key.name) }.map(\.value)
        }
    }

    private func check() throws(APIStatus) {
        let fails = state.withLock { state in
            state.failuresLeft -= 1
            return state.failuresLeft >= 0
        }
        if fails { throw APIStatus(code: 503, reason: .serviceUnavailable, message: "out of order") }
    }

    func get(_ reference: ObjectReference) async throws(APIStatus) -> JSONValue {
        try check()
        guard let object = state.withLock({ $0.objects[reference] }) else {
            throw APIStatus(code: 404, reason: .notFound, message: "no \(reference.name)")
        }
        return object
    }

    func list(
        _ type: ResourceType, in namespace: String?, _ options: ListOptions
    ) async throws(APIStatus) -> ObjectList {
        try check()
        let items = objects(type)
        return state.withLock { state in
            state.lists += 1
            if !state.staleLists.isEmpty { return state.staleLists.removeFirst() }
            let start = Int(options.continuation ?? "0") ?? 0
            let end = min(items.count, start + (options.limit ?? items.count))
            return ObjectList(
                items: Array(items[start..<end]), resourceVersion: String(state.version),
                continuation: end < items.count ? String(end) : nil)
        }
    }

    func watch(
        _ type: ResourceType, in namespace: String?, _ options: WatchOptions
    ) async throws(APIStatus) -> ResourceWatch {
        try check()
        let position = Guarded(Int(options.resourceVersion ?? "0") ?? 0)
        let signal = Signal()
        let (id, generation, isExpired) = state.withLock { state in
            state.nextWatcher += 1
            state.watchers[state.nextWatcher] = signal
            return (state.nextWatcher, state.generation, position.withLock { $0 } < state.oldestRetained)
        }
        if isExpired { throw APIStatus(code: 410, reason: .expired, message: "too old") }
        return ResourceWatch(
            next: { () async throws(APIStatus) in
                while !Task.isCancelled {
                    let after = position.withLock { $0 }
                    let (changes, isDropped) = self.state.withLock { state in
                        (
                            state.changes.filter { $0.version > after && $0.type == type },
                            state.generation != generation
                        )
                    }
                    if isDropped { return nil }
                    if let last = changes.last {
                        position.withLock { $0 = last.version }
                        return changes.map(\.event)
                    }
                    await signal.wait()
                }
                return nil
            }, cancel: { self.state.withLock { $0.watchers[id] = nil } })
    }

    func create(_ object: JSONValue, _ options: WriteOptions) async throws(APIStatus) -> JSONValue {
        try check()
        return try write(object, isNew: true)
    }

    func update(
        _ object: JSONValue, _ subresource: Subresource?, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue {
        try check()
        return try write(object, isNew: false)
    }

    func mergePatch(
        _ reference: ObjectReference, _ patch: JSONValue, _ subresource: Subresource?, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue {
        var object = try await get(reference)
        for member in patch.objectValue?.members ?? [] { object[member.key] = member.value }
        return try write(object, isNew: false)
    }

    func apply(_ object: JSONValue, _ options: WriteOptions) async throws(APIStatus) -> JSONValue {
        throw APIStatus(code: 405, reason: .methodNotAllowed, message: "not needed here")
    }

    func delete(_ reference: ObjectReference, _ options: DeleteOptions) async throws(APIStatus) -> JSONValue {
        try check()
        let removed = state.withLock { state -> JSONValue? in
            guard var object = state.objects.removeValue(forKey: reference) else { return nil }
            state.version += 1
            object[path: ["metadata", "resourceVersion"]] = .string(String(state.version))
            state.changes.append(Change(version: state.version, type: reference.type, event: .deleted(object)))
            return object
        }
        guard let removed else { throw APIStatus(code: 404, reason: .notFound, message: "no \(reference.name)") }
        wake()
        return removed
    }

    private func write(_ object: JSONValue, isNew: Bool) throws(APIStatus) -> JSONValue {
        guard let apiVersion = object["apiVersion"]?.stringValue, let kind = object["kind"]?.stringValue,
            let type = ResourceTypes.find(apiVersion: apiVersion, kind: kind),
            let name = object[path: ["metadata", "name"]]?.stringValue
        else { throw APIStatus(code: 400, reason: .badRequest, message: "what is this?") }
        let namespace = object[path: ["metadata", "namespace"]]?.stringValue ?? ""
        let reference = ObjectReference(type, namespace: namespace, name: name)
        let sent = object[path: ["metadata", "resourceVersion"]]?.stringValue
        let result = state.withLock { state -> Result<JSONValue, APIStatus> in
            let standing = state.objects[reference]
            if isNew, standing != nil {
                return .failure(APIStatus(code: 409, reason: .alreadyExists, message: "\(name) is there"))
            }
            if !isNew {
                guard let standing else {
                    return .failure(APIStatus(code: 404, reason: .notFound, message: "no \(name)"))
                }
                if let sent, sent != standing[path: ["metadata", "resourceVersion"]]?.stringValue {
                    return .failure(APIStatus(code: 409, reason: .conflict, message: "\(name) changed"))
                }
            }
            state.version += 1
            state.writes += 1
            var object = object
            object[path: ["metadata", "resourceVersion"]] = .string(String(state.version))
            state.objects[reference] = object
            let event: WatchEvent = isNew ? .added(object) : .modified(object)
            state.changes.append(Change(version: state.version, type: type, event: event))
            return .success(object)
        }
        wake()
        return try result.get()
    }

    private func wake() {
        let signals = state.withLock { state in state.watchers.sorted { $0.key < $1.key }.map(\.value) }
        for signal in signals { signal.raise() }
    }
}

extension FakeClient {
    func put(_ name: String, set: String = "web", slot: Int = 0) async throws -> Instance {
        var instance = Instance()
        instance.metadata.name = name
        instance.metadata.namespace = "default"
        instance.metadata.uid = "uid-\(name)"
        instance.spec.set = set
        instance.spec.slot = slot
        let reference = ObjectReference(Instance.resourceType, namespace: "default", name: name)
        let stored: JSONValue
        do {
            _ = try await get(reference)
            stored = try await update(instance.json, nil, WriteOptions())
        } catch {
            stored = try await create(instance.json, WriteOptions())
        }
        return try Instance(json: stored)
    }

    func remove(_ name: String) async throws {
        _ = try await delete(ObjectReference(Instance.resourceType, namespace: "default", name: name), DeleteOptions())
    }
}
