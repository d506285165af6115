import Ambient
import ControllerRuntime
import InfraAPI
import JSON
import Logging
import ObjectStore
import ResourceAPI
import Testing

/// One cache that is filled from several namespaces, each by a list and a watch of its own.
@Suite struct ScopedCacheTests {
    private let client = LocalResourceClient(
        store: MemoryObjectStore(surroundings: .system), surroundings: .system, admission: .none)
    private let cache = ResourceCache<Lease>()

    private func put(_ name: String, _ namespace: String) async throws {
        var lease = Lease()
        lease.metadata = ObjectMeta(name: name, namespace: namespace)
        _ = try await client.create(lease)
    }

    private func reflector(_ namespace: String, timeout: Duration? = nil) -> Reflector<Lease> {
        Reflector(
            client, into: cache, namespace: namespace, watchTimeout: timeout, .system,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func eventually(_ what: Comment, _ isSo: () -> Bool) async throws {
        for _ in 0..<3_000 where !isSo() { try await Task.sleep(for: .milliseconds(10)) }
        #expect(isSo(), what)
    }

    @Test func `it is filled when each namespace was listed, and keeps them apart`() async throws {
        cache.expect(namespaces: ["a", "b"])
        for (name, namespace) in [("one", "a"), ("two", "b"), ("three", "c")] { try await put(name, namespace) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await reflector("a").run() }
            try await eventually("a is there") { cache.count == 1 }
            #expect(!cache.hasSynced)
            group.addTask { await reflector("b").run() }
            try await eventually("all is there") { cache.hasSynced }
            #expect(cache.list().map(\.name) == ["one", "two"])
            try await put("four", "b")
            try await put("five", "c")
            _ = try await client.delete(
                ObjectReference(Lease.resourceType, namespace: "a", name: "one"), DeleteOptions())
            try await eventually("changes of both") { cache.list().map(\.name) == ["four", "two"] }
            group.cancelAll()
        }
    }

    @Test func `a deletion in one namespace stands though another is further on`() async throws {
        cache.expect(namespaces: ["a", "b"])
        try await put("one", "a")
        try await put("two", "b")
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await reflector("b").run() }
            group.addTask { await reflector("a").run() }
            try await eventually("all is there") { cache.hasSynced }
            let known = try #require(cache.get(NamespacedName(namespace: "a", name: "one")))
            for number in 0..<20 { try await put("more-\(number)", "b") }
            try await eventually("b is further on") { cache.list(in: "b").count == 21 }
            cache.absorb(deleted: known)
            // The state that was read before the deletion does not come back.
            cache.absorb(written: known)
            #expect(cache.list(in: "a").isEmpty)
            group.cancelAll()
        }
    }

    @Test func `a watch with a time-out is begun anew, and nothing is lost`() async throws {
        cache.expect(namespaces: ["a"])
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await reflector("a", timeout: .seconds(1)).run() }
            try await eventually("the first list") { cache.hasSynced }
            for number in 0..<5 {
                try await put("n-\(number)", "a")
                try await Task.sleep(for: .milliseconds(300))
            }
            try await eventually("all of them") { cache.count == 5 }
            group.cancelAll()
        }
    }
}
