import Ambient
import JSON

/// An object's place: its resource (`group/plural`), namespace and name.
struct ClusterKey: Sendable, Hashable, Comparable {
    var resource: String
    var namespace: String
    var name: String

    static func < (left: ClusterKey, right: ClusterKey) -> Bool {
        (left.namespace, left.name) < (right.namespace, right.name)
    }
}

/// A refusal, as the Status that goes out.
struct ClusterRefusal: Error {
    var code: Int
    var reason: String
    var message: String

    static func notFound(_ key: ClusterKey) -> ClusterRefusal {
        ClusterRefusal(code: 404, reason: "NotFound", message: "\(key.resource) \"\(key.name)\" not found")
    }

    static func conflict(_ message: String) -> ClusterRefusal {
        ClusterRefusal(code: 409, reason: "Conflict", message: message)
    }

    static func invalid(_ message: String) -> ClusterRefusal {
        ClusterRefusal(code: 422, reason: "Invalid", message: message)
    }

    static func forbidden(_ message: String) -> ClusterRefusal {
        ClusterRefusal(code: 403, reason: "Forbidden", message: message)
    }

    var json: JSONValue {
        [
            "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": .int(Int64(code)),
            "reason": .string(reason), "message": .string(message),
        ]
    }
}

/// The objects of a cluster, with the rules of a Kubernetes API server that matter to Pods and claims: versions, preconditions,
/// finalizers, graceful deletion of Pods that are bound to a node, gates that can only go, specs that cannot change.
final class ClusterStore: Sendable {
    struct Change: Sendable {
        var type: String
        var key: ClusterKey
        var version: Int
        var object: JSONValue
    }

    struct State {
        var version = 100
        var objects: [ClusterKey: JSONValue] = [:]
        var log: [Change] = []
        /// Changes below this version are forgotten.
        var compacted = 0
        var watchers: [Int: AsyncStream<Void>.Continuation] = [:]
        var lastWatcher = 0
        /// The server ends: a watch that comes late ends at once.
        var isClosed = false
        var refusals: [(verb: String, resource: String, ClusterRefusal)] = []
        var requests: [String] = []
    }

    let state = Guarded(State())
    let surroundings: Surroundings

    init(_ surroundings: Surroundings) { self.surroundings = surroundings }

    private var now: JSONValue { .string(surroundings.time.now.rfc3339Seconds) }

    // MARK: for tests

    /// Lets requests of this kind fail until it is taken back with nil.
    func refuse(_ verb: String, _ resource: String, with refusal: ClusterRefusal?) {
        state.withLock { state in
            state.refusals.removeAll { $0.verb == verb && $0.resource == resource }
            if let refusal { state.refusals.append((verb, resource, refusal)) }
        }
    }

    func check(_ verb: String, _ resource: String) throws(ClusterRefusal) {
        let refusal = state.withLock { state in
            state.requests.append("\(verb) \(resource)")
            return state.refusals.first { $0.verb == verb && $0.resource == resource }?.2
        }
        if let refusal { throw refusal }
    }

    /// Changes an object past all rules.
    func force(_ key: ClusterKey, _ change: (inout JSONValue) -> Void) throws(ClusterRefusal) {
        var object = try get(key)
        change(&object)
        put(key, object)
    }

    func remove(_ key: ClusterKey) {
        state.withLock { state in
            guard let object = state.objects.removeValue(forKey: key) else { return }
            ClusterStore.record("DELETED", key, object, &state)
            ClusterStore.collect(object["metadata"]?["uid"]?.stringValue ?? "", &state)
        }
    }

    func compact() { state.withLock { $0.compacted = $0.version } }

    // MARK: the verbs

    func get(_ key: ClusterKey) throws(ClusterRefusal) -> JSONValue {
        guard let object = state.withLock({ $0.objects[key] }) else { throw .notFound(key) }
        return object
    }

    func list(
        _ resource: String, _ namespace: String?, where isWanted: (JSONValue) -> Bool
    ) -> (items: [JSONValue], version: Int) {
        let (objects, version) = state.withLock { ($0.objects, $0.version) }
        let keys = objects.keys.filter { $0.resource == resource && (namespace == nil || $0.namespace == namespace) }
        return (keys.sorted().compactMap { objects[$0] }.filter(isWanted), version)
    }

    func create(_ key: ClusterKey, _ body: JSONValue) throws(ClusterRefusal) -> JSONValue {
        var object = body
        object[path: ["metadata", "name"]] = .string(key.name)
        if !key.namespace.isEmpty {
            guard
                state.withLock({ $0.objects[ClusterKey(resource: "/namespaces", namespace: "", name: key.namespace)] })
                    != nil
            else { throw .notFound(ClusterKey(resource: "namespaces", namespace: "", name: key.namespace)) }
            object[path: ["metadata", "namespace"]] = .string(key.namespace)
        }
        object[path: ["metadata", "uid"]] = .string(surroundings.randomness.uuid())
        object[path: ["metadata", "creationTimestamp"]] = now
        if key.resource == "/pods" {
            object["status"] = ["phase": "Pending"]
        }
        if key.resource == "/persistentvolumeclaims" { object["status"] = ["phase": "Pending"] }
        let made = object
        let isNew = state.withLock { state in
            guard state.objects[key] == nil else { return false }
            ClusterStore.store("ADDED", key, made, &state)
            return true
        }
        guard isNew else {
            throw ClusterRefusal(
                code: 409, reason: "AlreadyExists", message: "\(key.resource) \"\(key.name)\" already exists")
        }
        return try get(key)
    }

    func mergePatch(
        _ key: ClusterKey, _ patch: JSONValue, subresource: String?
    ) throws(ClusterRefusal) -> JSONValue {
        let old = try get(key)
        let (uid, version) = (
            patch["metadata"]?["uid"]?.stringValue, patch["metadata"]?["resourceVersion"]?.stringValue
        )
        if let uid, uid != old["metadata"]?["uid"]?.stringValue {
            throw .conflict("Precondition failed: UID in precondition: \(uid)")
        }
        if let version, version != old["metadata"]?["resourceVersion"]?.stringValue {
            throw .conflict("the object has been modified; please apply your changes to the latest version")
        }
        var new = old.merging(patch)
        if subresource == "status" {
            var object = old
            object["status"] = new["status"]
            new = object
        } else if key.resource == "/pods" {
            new["status"] = old["status"]
            try PodStrategy.check(from: old, to: new)
        }
        return try replace(key, old, new)
    }

    /// Puts the new object in the place of the one that it was made from; without finalizers, and its deletion over, it goes.
    func replace(_ key: ClusterKey, _ old: JSONValue, _ new: JSONValue) throws(ClusterRefusal) -> JSONValue {
        let isStored = state.withLock { state in
            guard state.objects[key] == old else { return false }
            if PodStrategy.isOver(new, key) {
                state.objects[key] = nil
                ClusterStore.record("DELETED", key, new, &state)
                ClusterStore.collect(new["metadata"]?["uid"]?.stringValue ?? "", &state)
            } else if new != old {
                ClusterStore.store("MODIFIED", key, new, &state)
            }
            return true
        }
        guard isStored else { throw .conflict("the object has been modified; please try again") }
        return state.withLock { $0.objects[key] } ?? new
    }

    func delete(_ key: ClusterKey, _ options: JSONValue) throws(ClusterRefusal) -> JSONValue {
        let old = try get(key)
        for (name, member) in [("uid", "UID"), ("resourceVersion", "ResourceVersion")] {
            guard let wanted = options["preconditions"]?[name]?.stringValue,
                wanted != old["metadata"]?[name]?.stringValue
            else { continue }
            throw .conflict("Precondition failed: \(member) in precondition: \(wanted)")
        }
        var new = old
        let grace = PodStrategy.grace(old, key, asked: options["gracePeriodSeconds"]?.intValue)
        let before = old["metadata"]?["deletionGracePeriodSeconds"]?.intValue
        if before == nil || grace < before ?? 0 {
            new[path: ["metadata", "deletionTimestamp"]] = .string(
                (surroundings.time.now + Duration.seconds(grace)).rfc3339Seconds)
            new[path: ["metadata", "deletionGracePeriodSeconds"]] = .int(grace)
        }
        return try replace(key, old, new)
    }

    // MARK: inside

    func put(_ key: ClusterKey, _ object: JSONValue) {
        state.withLock { ClusterStore.store("MODIFIED", key, object, &$0) }
    }

    private static func store(_ type: String, _ key: ClusterKey, _ object: JSONValue, _ state: inout State) {
        var object = object
        object[path: ["metadata", "resourceVersion"]] = .string(String(state.version + 1))
        state.objects[key] = object
        record(type, key, object, &state)
    }

    private static func record(_ type: String, _ key: ClusterKey, _ object: JSONValue, _ state: inout State) {
        state.version += 1
        var object = object
        object[path: ["metadata", "resourceVersion"]] = .string(String(state.version))
        state.log.append(Change(type: type, key: key, version: state.version, object: object))
        for watcher in state.watchers.values { watcher.yield() }
    }

    /// What the object owned goes with it.
    private static func collect(_ uid: String, _ state: inout State) {
        for (key, object) in state.objects
        where object["metadata"]?["ownerReferences"]?.arrayValue?.contains(where: { $0["uid"]?.stringValue == uid })
            == true
        {
            state.objects[key] = nil
            record("DELETED", key, object, &state)
        }
    }
}

extension JSONValue {
    /// RFC 7386.
    func merging(_ patch: JSONValue) -> JSONValue {
        guard case .object(let changes) = patch else { return patch }
        var result = objectValue == nil ? .object(JSONObject()) : self
        for member in changes {
            result[member.key] =
                member.value.isNull ? nil : (result[member.key] ?? .object(JSONObject())).merging(member.value)
        }
        return result
    }
}
