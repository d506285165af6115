import Ambient
import ControllerRuntime
import InfraAPI
import ObjectStore
import ResourceAPI
import Testing

@testable import Controllers

@Suite struct UnconfirmedWritesTests {
    private let set = NamespacedName(namespace: "default", name: "web")

    @Test func `what was made without an answer comes into the cache before the set is planned again`() async throws {
        let client = LocalResourceClient(store: MemoryObjectStore(surroundings: .system), surroundings: .system)
        var namespace = Namespace()
        namespace.metadata = ObjectMeta(name: "default")
        _ = try await client.create(namespace)
        var instance = Instance()
        instance.metadata = ObjectMeta(name: "web-0-abcde", namespace: "default")
        instance.spec.set = "web"
        instance.spec.revision = "web-1"
        instance.spec.revisionHash = "v1-0000000000"
        instance.spec.provider = "docker"
        _ = try await client.create(instance)
        let caches = ResourceCaches()
        let unconfirmed = UnconfirmedWrites()
        let silence = APIStatus(code: 0, reason: .unreachable, message: "no answer")
        unconfirmed.note(silence, of: instance, in: caches.instances, owner: set)
        var never = instance
        never.metadata.name = "web-1-never"
        unconfirmed.note(silence, of: never, in: caches.instances, owner: set)
        try await unconfirmed.confirm(of: set, from: client)
        #expect(caches.instances.list().map(\.name) == ["web-0-abcde"])
        // Once is enough.
        _ = try await client.delete(instance)
        try await unconfirmed.confirm(of: set, from: client)
        #expect(caches.instances.list().count == 1)
    }

    @Test func `only an answer that is one settles what became of a write`() {
        #expect(APIStatus(code: 0, reason: .unreachable, message: "").leavesOutcomeOpen)
        #expect(APIStatus(code: 504, reason: .timeout, message: "").leavesOutcomeOpen)
        #expect(!APIStatus(code: 409, reason: .conflict, message: "").leavesOutcomeOpen)
        #expect(!APIStatus(code: 422, reason: .invalid, message: "").leavesOutcomeOpen)
    }
}
