import InfraAPI
import JSON
import ObjectStore
import ResourceAPI
import Testing

extension WatchEvent {
    /// `ADDED web`
    var summary: String {
        switch self {
        case .added(let object): "ADDED \(object["metadata"]?["name"]?.stringValue ?? "")"
        case .modified(let object): "MODIFIED \(object["metadata"]?["name"]?.stringValue ?? "")"
        case .deleted(let object): "DELETED \(object["metadata"]?["name"]?.stringValue ?? "")"
        case .bookmark: "BOOKMARK"
        }
    }

    var object: JSONValue? {
        switch self {
        case .added(let object), .modified(let object), .deleted(let object): object
        case .bookmark: nil
        }
    }
}

@Suite struct WatchTests {
    private let secrets = Secret.resourceType

    private func put(_ fixture: Fixture, _ name: String, _ tier: String) async throws {
        let reference = ObjectReference(secrets, namespace: "default", name: name)
        if try await fixture.client.find(Secret.self, namespace: "default", name: name) == nil {
            _ = try await fixture.client.create(Fixture.secret(name, labels: ["tier": .string(tier)]), WriteOptions())
        } else {
            _ = try await fixture.client.mergePatch(
                reference, ["metadata": ["labels": ["tier": .string(tier)]]], nil, WriteOptions())
        }
    }

    private func summaries(_ watch: ResourceWatch, count: Int) async throws -> [String] {
        var seen: [String] = []
        while seen.count < count {
            guard let events = try await watch.next() else { break }
            seen += events.map(\.summary)
        }
        return seen
    }

    @Test func `an object that enters a selection is ADDED, one that leaves it DELETED`() async throws {
        let fixture = try await Fixture.make()
        let start = try await fixture.version().description
        let watch = try await fixture.client.watch(
            secrets, in: "default", WatchOptions(labelSelector: "tier=web", resourceVersion: start))
        try await put(fixture, "a", "db")
        try await put(fixture, "a", "web")
        try await put(fixture, "b", "web")
        _ = try await fixture.client.mergePatch(
            ObjectReference(secrets, namespace: "default", name: "a"), ["data": ["k": "eA=="]], nil,
            WriteOptions())
        try await put(fixture, "a", "db")
        _ = try await fixture.client.delete(
            ObjectReference(secrets, namespace: "default", name: "b"), DeleteOptions())
        _ = try await fixture.client.delete(
            ObjectReference(secrets, namespace: "default", name: "a"), DeleteOptions())
        let seen = try await summaries(watch, count: 5)
        #expect(seen == ["ADDED a", "ADDED b", "MODIFIED a", "DELETED a", "DELETED b"])
        watch.cancel()
    }

    @Test func `the DELETED of a departure shows the last selected state under the new version`() async throws {
        let fixture = try await Fixture.make()
        try await put(fixture, "a", "web")
        let start = try await fixture.version().description
        let watch = try await fixture.client.watch(
            secrets, in: nil, WatchOptions(labelSelector: "tier=web", resourceVersion: start))
        try await put(fixture, "a", "db")
        let event = try #require(try await watch.next()?.first)
        #expect(event.summary == "DELETED a")
        #expect(event.object?["metadata"]?["labels"]?["tier"] == "web")
        #expect(event.object?["metadata"]?["resourceVersion"] == .string(try await fixture.version().description))
        watch.cancel()
    }

    @Test(arguments: [nil, "0"])
    func `without a version the watch starts with what is there and a bookmark`(_ version: String?) async throws {
        let fixture = try await Fixture.make()
        try await put(fixture, "a", "web")
        try await put(fixture, "b", "db")
        let watch = try await fixture.client.watch(
            secrets, in: nil, WatchOptions(labelSelector: "tier in (web)", resourceVersion: version))
        #expect(try await summaries(watch, count: 2) == ["ADDED a", "BOOKMARK"])
        try await put(fixture, "c", "web")
        #expect(try await summaries(watch, count: 1) == ["ADDED c"])
        watch.cancel()
        #expect(try await watch.next() == nil)

        var quiet = WatchOptions(resourceVersion: version)
        quiet.allowBookmarks = false
        let other = try await fixture.client.watch(secrets, in: nil, quiet)
        #expect(try await other.next()?.map(\.summary) == ["ADDED a", "ADDED b", "ADDED c"])
        other.cancel()
    }

    @Test func `a version that is compacted is 410, a future one 504, nonsense 400`() async throws {
        let fixture = try await Fixture.make()
        try await put(fixture, "a", "web")
        try await fixture.store.compact(through: try await fixture.version())
        func status(_ version: String) async throws -> APIStatus {
            try await failure {
                let watch = try await fixture.client.watch(secrets, in: nil, WatchOptions(resourceVersion: version))
                _ = try await watch.next()
            }
        }
        let old = try await status("1")
        #expect(old.code == 410 && old.reason == .expired)
        let future = try await status("999")
        #expect(future.code == 504 && future.causes.first?.reason == "ResourceVersionTooLarge")
        #expect(try await status("abc").code == 400)
    }

    @Test func `a watch of one name sees that object only`() async throws {
        let fixture = try await Fixture.make()
        try await put(fixture, "a", "web")
        let watch = try await fixture.client.watch(
            secrets, in: "default", WatchOptions(fieldSelector: "metadata.name=b", resourceVersion: "0"))
        try await put(fixture, "b", "web")
        try await put(fixture, "a", "db")
        #expect(try await summaries(watch, count: 2) == ["BOOKMARK", "ADDED b"])
        watch.cancel()
    }
}
