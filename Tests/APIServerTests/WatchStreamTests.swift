import APIClient
import APIServer
import Ambient
import HTTPTransport
import InfraAPI
import JSON
import ObjectStore
import ResourceAPI
import ServiceLifecycle
import Testing

@Suite struct WatchStreamTests {
    private static let secrets = "/api/v1/namespaces/default/secrets"

    /// The events of a raw watch until `count` are there.
    private func lines(_ fixture: ServedFixture, _ query: String, count: Int, accept: String = "application/json")
        async throws -> [JSONValue]
    {
        let watch = try await RawConnection.open(fixture.socketPath)
        defer { watch.close() }
        try watch.send(
            "GET \(WatchStreamTests.secrets)?watch=true\(query) HTTP/1.1\r\nHost: x\r\nAccept: \(accept)\r\n\r\n")
        return try await watch.jsonLines(count)
    }

    @Test func `WatchList tells what is there, a bookmark that says so, then changes`() async throws {
        try await ServedFixture.run { fixture in
            for name in ["a", "b"] { _ = try await fixture.local.create(secretBody(name), WriteOptions()) }
            let version = try await fixture.store.currentVersion().description
            let watchList = "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"
            async let changed = lines(fixture, watchList, count: 4)
            try await eventually("the watch is open") { fixture.server.openStreamCount == 1 }
            _ = try await fixture.local.create(secretBody("c"), WriteOptions())
            let events = try await changed
            #expect(events.map { $0["type"]?.stringValue } == ["ADDED", "ADDED", "BOOKMARK", "ADDED"])
            let bookmark = events[2]["object"]
            #expect(bookmark?["metadata"]?["annotations"] == ["k8s.io/initial-events-end": "true"])
            #expect(bookmark?["metadata"]?["resourceVersion"] == .string(version))
            #expect(bookmark?["kind"] == "Secret" && events[3]["object"]?["metadata"]?["name"] == "c")
        }
    }

    @Test(arguments: [
        "sendInitialEvents=true", "sendInitialEvents=true&resourceVersionMatch=NotOlderThan",
        "sendInitialEvents=true&resourceVersionMatch=Exact&allowWatchBookmarks=true",
        "resourceVersionMatch=NotOlderThan&resourceVersion=1", "sendInitialEvents=false",
    ])
    func `WatchList parameters that do not go together are a 422`(query: String) async throws {
        try await ServedFixture.run { fixture in
            let (code, json, _) = try await fixture.ask(.get, "\(WatchStreamTests.secrets)?watch=true&\(query)")
            #expect(code == 422 && json["reason"] == "Invalid")
            #expect(fixture.server.openStreamCount == 0)
        }
    }

    @Test func `a watch as Table sends rows, and the columns once`() async throws {
        try await ServedFixture.run { fixture in
            for name in ["a", "b"] { _ = try await fixture.local.create(secretBody(name), WriteOptions()) }
            let events = try await lines(
                fixture, "", count: 2, accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json")
            #expect(events.allSatisfy { $0["object"]?["kind"] == "Table" && $0["type"] == "ADDED" })
            #expect(events[0]["object"]?["columnDefinitions"]?.arrayValue?.isEmpty == false)
            #expect(events[1]["object"]?["columnDefinitions"] == .null)
            #expect(events.map { $0["object"]?["rows"]?.arrayValue?.first?["cells"]?.arrayValue?.first } == ["a", "b"])
        }
    }

    @Test func `timeoutSeconds ends the stream in order`() async throws {
        try await ServedFixture.run { fixture in
            let clock = ContinuousClock()
            let start = clock.now
            let answer = try await fixture.client.raw(
                method: .get, path: "\(WatchStreamTests.secrets)?watch=true&timeoutSeconds=1")
            #expect(answer.status == 200 && answer.body.isEmpty)
            #expect(clock.now - start >= .milliseconds(950))
            try await eventually("the stream is freed") { fixture.server.openStreamCount == 0 }
        }
    }

    @Test func `an expired version is a 410, before the stream and in it`() async throws {
        try await ServedFixture.run { fixture in
            for name in ["a", "b"] { _ = try await fixture.local.create(secretBody(name), WriteOptions()) }
            try await fixture.store.compact(through: fixture.store.currentVersion())
            let status = try await failure {
                _ = try await fixture.client.watch(Secret.resourceType, in: nil, WatchOptions(resourceVersion: "1"))
            }
            #expect((status.code, status.isExpired) == (410, true))
        }
    }

    @Test func `one event reaches 200 watchers, each once`() async throws {
        try await ServedFixture.run { fixture in
            let start = try await fixture.store.currentVersion().description
            var watches: [ResourceWatch] = []
            for _ in 0..<200 {
                watches.append(
                    try await fixture.client.watch(
                        Secret.resourceType, in: "default", WatchOptions(resourceVersion: start)))
            }
            #expect(fixture.server.openStreamCount == 200)
            _ = try await fixture.local.create(secretBody("a"), WriteOptions())
            for watch in watches {
                #expect(try await watch.next()?.map(\.summary) == ["ADDED a"])
                watch.cancel()
            }
            try await eventually("all watches are freed") { fixture.server.openStreamCount == 0 }
            #expect(fixture.store.watchCounts.all == 0)
        }
    }

    @Test func `a client that goes frees its watch`() async throws {
        try await ServedFixture.run { fixture in
            let watch = try await fixture.client.watch(Secret.resourceType, in: nil, WatchOptions())
            #expect(fixture.server.openStreamCount == 1 && fixture.store.watchCounts.all == 1)
            watch.cancel()
            try await eventually("a cancelled watch is freed") {
                fixture.server.openStreamCount == 0 && fixture.store.watchCounts.all == 0
            }
            let raw = try await RawConnection.open(fixture.socketPath)
            try raw.send("GET \(WatchStreamTests.secrets)?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n")
            try await eventually("the watch is open") { fixture.server.openStreamCount == 1 }
            raw.close()
            try await eventually("a broken connection's watch is freed") {
                fixture.server.openStreamCount == 0 && fixture.store.watchCounts.all == 0
            }
        }
    }

    @Test func `a client that only ends its own direction ends the watch too`() async throws {
        try await ServedFixture.run { fixture in
            let raw = try await RawConnection.open(fixture.socketPath)
            defer { raw.close() }
            try raw.send("GET \(WatchStreamTests.secrets)?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n")
            try await eventually("the watch is open") { fixture.server.openStreamCount == 1 }
            raw.endSending()
            try await eventually("its watch is freed") {
                fixture.server.openStreamCount == 0 && fixture.store.watchCounts.all == 0
            }
        }
    }

    @Test func `a watch that ends leaves its connection to the next request, and to the next watch`() async throws {
        try await ServedFixture.run { fixture in
            let raw = try await RawConnection.open(fixture.socketPath)
            for round in 0..<3 {
                try raw.send(
                    "GET \(WatchStreamTests.secrets)?watch=1&timeoutSeconds=1 HTTP/1.1\r\nHost: x\r\n\r\n"
                        + "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
                var said = ""
                try await eventually("round \(round) is answered") {
                    said += String(decoding: try #require(raw.received()), as: UTF8.self)
                    return said.hasSuffix("ok")
                }
                #expect(said.contains("\r\n0\r\n\r\n"), "the stream ended in order: \(said)")
                #expect(fixture.server.openStreamCount == 0)
            }
            try raw.send("GET \(WatchStreamTests.secrets)?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n")
            try await eventually("the watch is open") { fixture.server.openStreamCount == 1 }
            raw.close()
            try await eventually("it is freed with its client") { fixture.server.openStreamCount == 0 }
        }
    }

    @Test func `a watcher that does not read is cut off, and holds nobody up`() async throws {
        var limits = APIServerLimits()
        limits.writeStallTimeout = .milliseconds(300)
        var storeLimits = StoreLimits()
        storeLimits.watchBuffer = 64
        try await ServedFixture.run(limits: limits, storeLimits: storeLimits) { fixture in
            let stuck = try await RawConnection.open(fixture.socketPath)
            defer { stuck.close() }
            try stuck.send("GET \(WatchStreamTests.secrets)?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n")
            try await eventually("the watch is open") { fixture.server.openStreamCount == 1 }
            var body = secretBody("big")
            body["data"] = ["a": .string(String(repeating: "QUFB", count: 16_384))]
            _ = try await fixture.local.create(body, WriteOptions())
            let reference = ObjectReference(Secret.resourceType, namespace: "default", name: "big")
            for count in 0..<300 {
                _ = try await fixture.local.mergePatch(
                    reference, ["metadata": ["annotations": ["n": .string("\(count)")]]], nil, WriteOptions())
            }
            try await eventually("the stuck watch is freed") {
                fixture.server.openStreamCount == 0 && fixture.store.watchCounts.all == 0
            }
            #expect(try await fixture.ask(.get, "\(WatchStreamTests.secrets)/big").code == 200)
        }
    }

    @Test func `a graceful shutdown ends open watches and a stuck one in under a second`() async throws {
        let clock = ContinuousClock()
        let stopped = Guarded<ContinuousClock.Instant?>(nil)
        let endings = Guarded<[Bool]>([])
        try await ServedFixture.run { fixture in
            var watches: [ResourceWatch] = []
            for _ in 0..<20 {
                watches.append(try await fixture.client.watch(Secret.resourceType, in: nil, WatchOptions()))
            }
            let stuck = try await RawConnection.open(fixture.socketPath)
            defer { stuck.close() }
            try stuck.send("GET \(WatchStreamTests.secrets)?watch=1 HTTP/1.1\r\nHost: x\r\n\r\n")
            try await eventually("all are open") { fixture.server.openStreamCount == 21 }
            var body = secretBody("big")
            body["data"] = ["a": .string(String(repeating: "QUFB", count: 131_072))]
            _ = try await fixture.local.create(body, WriteOptions())
            for watch in watches {
                var isTold = false
                while !isTold { isTold = try #require(try await watch.next()).contains { $0.summary == "ADDED big" } }
            }
            stopped.withLock { $0 = clock.now }
            await fixture.group.triggerGracefulShutdown()
            for watch in watches {
                let isOver = try await watch.next() == nil
                endings.withLock { $0.append(isOver) }
            }
        }
        let start = try #require(stopped.withLock { $0 })
        #expect(clock.now - start < .seconds(1))
        #expect(endings.withLock { $0 } == Array(repeating: true, count: 20))
    }
}
