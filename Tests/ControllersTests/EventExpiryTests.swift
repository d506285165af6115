import Ambient
import InfraAPI
import Logging
import ObjectStore
import ResourceAPI
import Testing

@testable import Controllers

@Suite struct EventExpiryTests {
    /// The system's time, moved.
    private struct Later: TimeSource {
        let by: Duration
        var now: Timestamp { SystemTime().now + by }
        var uptime: Duration { SystemTime().uptime + by }
        func sleep(for duration: Duration) async throws { try await SystemTime().sleep(for: duration) }
    }

    private func event(_ name: String, lastSeen: Timestamp?) -> Event {
        var event = Event()
        event.metadata = ObjectMeta(name: name, namespace: "default")
        event.involvedObject.kind = "InstanceSet"
        event.involvedObject.name = "web"
        event.involvedObject.namespace = "default"
        event.lastTimestamp = lastSeen
        return event
    }

    @Test func `an event goes an hour after it was seen last`() async throws {
        let client = LocalResourceClient(
            store: MemoryObjectStore(surroundings: .system), surroundings: .system)
        var namespace = Namespace()
        namespace.metadata = ObjectMeta(name: "default")
        _ = try await client.create(namespace)
        let now = SystemTime().now
        _ = try await client.create(event("old", lastSeen: now - .seconds(600)))
        _ = try await client.create(event("seen-again", lastSeen: now))
        _ = try await client.create(event("of-somebody", lastSeen: nil))
        func names(after duration: Duration) async throws -> [String] {
            try await EventExpiry(client, Later(by: duration), logger: Logger(label: "test")).expire()
            return try await client.list(Event.self).items.map(\.name)
        }
        #expect(try await names(after: .seconds(2900)) == ["of-somebody", "old", "seen-again"])
        #expect(try await names(after: .seconds(3300)) == ["of-somebody", "seen-again"])
        #expect(try await names(after: .seconds(3700)) == [])
    }
}
