import Ambient
import ControllerRuntime
import InfraAPI
import JSON
import ObjectStore
import Planning
import ResourceAPI
import Testing

@testable import Controllers

/// What is decided on a cache that is behind the store is refused, and costs one read.
@Suite struct StaleCacheTests {
    /// Counts the reads and the writes.
    private final class CountingClient: ResourceClient {
        struct Counts: Sendable, Hashable {
            var gets = 0
            var writes = 0
        }

        private let base: LocalResourceClient
        private let state = Guarded(Counts())

        init(_ base: LocalResourceClient) { self.base = base }

        var counts: Counts { state.withLock { $0 } }

        func get(_ reference: ObjectReference) async throws(APIStatus) -> JSONValue {
            state.withLock { $0.gets += 1 }
            return try await base.get(reference)
        }
        func list(
            _ type: ResourceType, in namespace: String?, _ options: ListOptions
        ) async throws(APIStatus) -> ObjectList { try await base.list(type, in: namespace, options) }
        func watch(
            _ type: ResourceType, in namespace: String?, _ options: WatchOptions
        ) async throws(APIStatus) -> ResourceWatch { try await base.watch(type, in: namespace, options) }
        func create(_ object: JSONValue, _ options: WriteOptions) async throws(APIStatus) -> JSONValue {
            state.withLock { $0.writes += 1 }
            return try await base.create(object, options)
        }
        func update(
            _ object: JSONValue, _ subresource: Subresource?, _ options: WriteOptions
        ) async throws(APIStatus) -> JSONValue {
            state.withLock { $0.writes += 1 }
            return try await base.update(object, subresource, options)
        }
        func apply(_ object: JSONValue, _ options: WriteOptions) async throws(APIStatus) -> JSONValue {
            try await base.apply(object, options)
        }
        func mergePatch(
            _ reference: ObjectReference, _ patch: JSONValue, _ subresource: Subresource?, _ options: WriteOptions
        ) async throws(APIStatus) -> JSONValue { try await base.mergePatch(reference, patch, subresource, options) }
        func delete(_ reference: ObjectReference, _ options: DeleteOptions) async throws(APIStatus) -> JSONValue {
            try await base.delete(reference, options)
        }
    }

    private struct Bench {
        let people: LocalResourceClient
        let client: CountingClient
        let caches = ResourceCaches()
        let set: InstanceSet
        let news = Guarded(0)

        /// With a revision in the store and, as it was then, in the cache.
        init() async throws {
            people = LocalResourceClient(store: MemoryObjectStore(surroundings: .system), surroundings: .system)
            client = CountingClient(people)
            var namespace = Namespace()
            namespace.metadata = ObjectMeta(name: "default")
            _ = try await people.create(namespace)
            var wanted = InstanceSet()
            wanted.metadata = ObjectMeta(name: "web", namespace: "default")
            wanted.spec.template.spec.image = "app:1"
            set = try await people.create(wanted)
            var revision = Revision()
            revision.metadata = ObjectMeta(name: "web-1", namespace: "default")
            revision.spec.set = "web"
            revision.spec.number = 1
            revision.spec.hash = "v1-0000000000"
            revision.spec.template = set.spec.template
            caches.revisions.absorb(written: try await people.create(revision))
            caches.revisions.onChange { [news] _ in news.withLock { $0 += 1 } }
        }

        func record(_ verdict: RevisionStatus.Verdict) async throws(APIStatus) {
            let provider = ProviderView(
                name: "p", health: .reachable, identity: "i", capabilities: ProviderCapabilities())
            let observation = SetObservation(
                now: SystemTime().now, set: set, templateHash: "", provider: provider,
                revisions: caches.revisions.list())
            var status = RevisionStatus()
            status.verdict = verdict
            try await RecordWriter(
                client: client, caches: caches, set: set, versions: PlannedVersions(observation),
                unconfirmed: UnconfirmedWrites(), surroundings: .system
            ).recordVerdict("web-1", status)
        }

        var cached: Revision? { caches.revisions.get(NamespacedName(namespace: "default", name: "web-1")) }
    }

    @Test
    func `a conflict costs one read, which mends the cache and queues the set; the next try is made on what was read`()
        async throws
    {
        let bench = try await Bench()
        // Somebody else writes, and the watch is late.
        var other = try #require(bench.cached)
        other.metadata.annotations["example.com/note"] = "mine"
        let stored = try await bench.people.update(other)
        let error = await #expect(throws: APIStatus.self) { try await bench.record(.proven) }
        #expect(error?.isConflict == true)
        #expect(bench.client.counts == CountingClient.Counts(gets: 1, writes: 1))
        #expect(bench.cached?.metadata.resourceVersion == stored.metadata.resourceVersion)
        #expect(bench.news.withLock { $0 } == 1)

        try await bench.record(.proven)
        #expect(bench.client.counts == CountingClient.Counts(gets: 1, writes: 2))
        #expect(bench.cached?.status.verdict == .proven)
        #expect(bench.cached?.metadata.annotations["example.com/note"] == "mine")
    }

    @Test func `what is gone from the store goes from the cache, after one read`() async throws {
        let bench = try await Bench()
        _ = try await bench.people.delete(
            ObjectReference(Revision.resourceType, namespace: "default", name: "web-1"), DeleteOptions())
        let error = await #expect(throws: APIStatus.self) { try await bench.record(.proven) }
        #expect(error?.isNotFound == true)
        #expect(bench.client.counts == CountingClient.Counts(gets: 1, writes: 1))
        #expect(bench.cached == nil)
        // Now the cache says so by itself.
        await #expect(throws: APIStatus.self) { try await bench.record(.proven) }
        #expect(bench.client.counts == CountingClient.Counts(gets: 1, writes: 1))
    }
}
