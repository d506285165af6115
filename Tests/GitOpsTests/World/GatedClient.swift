import Ambient
import InfraAPI
import JSON
import ResourceAPI

/// What a process may still do: how many of its writes come through, and which identity may do what.
final class Gate: Sendable {
    struct State: Sendable {
        var writes = 0
        /// What was written, such as `apply InstanceSet web`.
        var log: [String] = []
        /// The process dies at this write: before it has an effect, or before its answer comes.
        var diesAt: Int?
        var diesAfterEffect = false
        /// Calls of a dead process have no effect.
        var isDead = false
        /// Writes that fail without the process dying.
        var failing = 0
        /// `verb kind namespace` that the acting identity may not do.
        var denied: Set<String> = []
    }

    let state = Guarded(State())

    var writes: Int { state.withLock { $0.writes } }
    var log: [String] { state.withLock { $0.log } }
    func change(_ body: (inout State) -> Void) { state.withLock { body(&$0) } }
}

/// A client of a process behind its gate.
struct GatedClient: ResourceClient {
    let inner: any ResourceClient
    let gate: Gate
    /// The identity that acts; nil: the controller itself.
    var user: String?

    private var lost: APIStatus { APIStatus(code: 0, reason: .unreachable, message: "the server cannot be reached") }

    private func check(_ verb: String, _ type: ResourceType, _ namespace: String, _ name: String) throws(APIStatus) {
        let (isDead, isDenied) = gate.state.withLock { state in
            (state.isDead, user != nil && state.denied.contains("\(verb) \(type.kind) \(namespace)"))
        }
        if isDead { throw lost }
        guard isDenied, let user else { return }
        throw APIStatus(
            code: 403, reason: .forbidden,
            message:
                "\(type.qualifiedName) \"\(name)\" is forbidden: User \"\(user)\" cannot \(verb) resource \"\(type.plural)\" in API "
                + "group \"\(type.group)\" in the namespace \"\(namespace)\"")
    }

    private func write(
        _ verb: String, _ object: JSONValue, isDry: Bool, _ body: () async throws(APIStatus) -> JSONValue
    ) async throws(APIStatus) -> JSONValue {
        if isDry { return try await body() }
        let kind = object["kind"]?.stringValue ?? ""
        let isEvent = kind == "Event"
        enum Fate { case lives, diesBefore, diesAfter, fails }
        let fate = gate.state.withLock { state -> Fate in
            guard !isEvent else { return .lives }
            state.writes += 1
            state.log.append("\(verb) \(kind) \(object["metadata"]?["name"]?.stringValue ?? "")")
            if state.failing > 0 {
                state.failing -= 1
                return .fails
            }
            guard state.writes == state.diesAt else { return .lives }
            state.isDead = true
            return state.diesAfterEffect ? .diesAfter : .diesBefore
        }
        switch fate {
        case .lives: return try await body()
        case .diesBefore, .fails: throw lost
        case .diesAfter:
            _ = try await body()
            throw lost
        }
    }

    func get(_ reference: ObjectReference) async throws(APIStatus) -> JSONValue {
        try check("get", reference.type, reference.namespace, reference.name)
        return try await inner.get(reference)
    }

    func list(_ type: ResourceType, in namespace: String?, _ options: ListOptions) async throws(APIStatus) -> ObjectList
    {
        try check("list", type, namespace ?? "", "")
        return try await inner.list(type, in: namespace, options)
    }

    func watch(
        _ type: ResourceType, in namespace: String?, _ options: WatchOptions
    ) async throws(APIStatus) -> ResourceWatch {
        try check("watch", type, namespace ?? "", "")
        return try await inner.watch(type, in: namespace, options)
    }

    private func check(_ verb: String, _ object: JSONValue) throws(APIStatus) {
        guard
            let type = ResourceTypes.find(
                apiVersion: object["apiVersion"]?.stringValue ?? "", kind: object["kind"]?.stringValue ?? "")
        else { return }
        let metadata = object["metadata"]
        try check(verb, type, metadata?["namespace"]?.stringValue ?? "", metadata?["name"]?.stringValue ?? "")
    }

    func create(_ object: JSONValue, _ options: WriteOptions) async throws(APIStatus) -> JSONValue {
        try check("create", object)
        return try await write("create", object, isDry: options.dryRun) { () throws(APIStatus) in
            try await inner.create(object, options)
        }
    }

    func update(
        _ object: JSONValue, _ subresource: Subresource?, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue {
        try check("update", object)
        return try await write(subresource == .status ? "status" : "update", object, isDry: options.dryRun) {
            () throws(APIStatus) in try await inner.update(object, subresource, options)
        }
    }

    func apply(_ object: JSONValue, _ options: WriteOptions) async throws(APIStatus) -> JSONValue {
        try check("patch", object)
        return try await write("apply", object, isDry: options.dryRun) { () throws(APIStatus) in
            try await inner.apply(object, options)
        }
    }

    func mergePatch(
        _ reference: ObjectReference, _ patch: JSONValue, _ subresource: Subresource?, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue {
        try check("patch", reference.type, reference.namespace, reference.name)
        let named: JSONValue = ["kind": .string(reference.type.kind), "metadata": ["name": .string(reference.name)]]
        return try await write("patch", named, isDry: options.dryRun) { () throws(APIStatus) in
            try await inner.mergePatch(reference, patch, subresource, options)
        }
    }

    func delete(_ reference: ObjectReference, _ options: DeleteOptions) async throws(APIStatus) -> JSONValue {
        try check("delete", reference.type, reference.namespace, reference.name)
        let named: JSONValue = ["kind": .string(reference.type.kind), "metadata": ["name": .string(reference.name)]]
        return try await write("delete", named, isDry: options.dryRun) { () throws(APIStatus) in
            try await inner.delete(reference, options)
        }
    }
}
