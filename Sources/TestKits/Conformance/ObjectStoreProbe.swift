import Ambient
import JSON
import ObjectStore

/// A store under test, and the shorthands that the cases are written in.
struct StoreProbe: Sendable {
    typealias Failure = ObjectStoreConformance.Failure

    let fixture: ObjectStoreConformance.Fixture
    static let resource = "imm.dev/instancesets"

    var store: any VersionedStore { fixture.store }
    var everywhere: StoreScope { StoreScope(resource: StoreProbe.resource) }

    func key(_ name: String, in namespace: String = "default", of resource: String = resource) -> ObjectKey {
        ObjectKey(resource: resource, namespace: namespace, name: name)
    }

    func body(_ value: Int) -> JSONValue { ["kind": "InstanceSet", "spec": ["replicas": .int(Int64(value))]] }

    @discardableResult
    func put(
        _ key: ObjectKey, _ value: Int, if precondition: StoreMutation.Precondition = .none
    ) async throws -> StoredObject {
        try await only(try await store.commit([StoreMutation(key, .put(body(value)), if: precondition)]))
    }

    @discardableResult
    func delete(
        _ key: ObjectKey, if precondition: StoreMutation.Precondition = .none
    ) async throws -> StoredObject {
        try await only(try await store.commit([StoreMutation(key, .delete, if: precondition)]))
    }

    func value(_ object: StoredObject?) -> Int? {
        object?.body[path: ["spec", "replicas"]]?.intValue.map { Int($0) }
    }

    /// The next events, bookmarks left out, until there are `count` of them.
    func events(_ watch: StoreWatch, _ count: Int) async throws -> [StoreEvent] {
        var events: [StoreEvent] = []
        while events.count < count {
            guard let batch = try await next(watch) else { throw Failure(description: "the watch ended") }
            events += batch.filter { if case .bookmark = $0 { false } else { true } }
        }
        try expect(events.count == count, "\(count) events were due, \(events.count) came")
        return events
    }

    /// The next batch, within the deadline.
    func next(_ watch: StoreWatch) async throws -> [StoreEvent]? {
        try await within("a batch of a watch") { try await watch.next() }
    }

    func within<Result: Sendable>(
        _ what: String, _ body: @escaping @Sendable () async throws -> Result
    ) async throws -> Result {
        try await withThrowingTaskGroup(of: Result.self) { group in
            group.addTask { try await body() }
            group.addTask { [time = fixture.time, deadline = fixture.deadline] in
                try await time.sleep(for: deadline)
                throw Failure(description: "\(what) did not come within \(deadline)")
            }
            defer { group.cancelAll() }
            guard let result = try await group.next() else { throw Failure(description: "no task ran") }
            return result
        }
    }

    func expect(_ condition: Bool, _ sentence: @autoclosure () -> String) throws {
        if !condition { throw Failure(description: sentence()) }
    }

    /// The code of the error that `body` must throw.
    func refusal(of what: String, _ body: () async throws -> Void) async throws -> StoreError.Code {
        do {
            try await body()
        } catch let error as StoreError {
            try expect(!error.message.isEmpty, "the error of \(what) says nothing")
            return error.code
        }
        throw Failure(description: "\(what) was accepted")
    }

    func expectConflict(_ key: ObjectKey, current: StoreVersion?, _ body: () async throws -> Void) async throws {
        let code = try await refusal(of: "a change whose precondition does not hold", body)
        try expect(
            code == .conflict(key, current: current),
            "expected a conflict with \(String(describing: current)), got \(code)")
    }

    private func only(_ objects: [StoredObject]) async throws -> StoredObject {
        guard let object = objects.first, objects.count == 1 else {
            throw Failure(description: "a commit of one mutation returned \(objects.count) objects")
        }
        return object
    }
}
