import Ambient
import GitClient
import InfraAPI
import JSON
import ResourceAPI
import Testing

@Suite struct `The server` {
    @Test(
        arguments: [
            (GitError.Kind.unreachable, "ServerUnreachable"), (.denied, "AccessDenied"), (.timedOut, "TimedOut"),
            (.failed, "GitFailed"),
        ])
    func `that is down touches nothing, is said to be, and is asked again`(kind: GitError.Kind, reason: String) {
        SyncWorld.run { world in
            let first = world.server.commit(["web.yaml": Files.set("web")])
            try await world.makeSource()
            try await world.waitUntilApplied(first)
            world.server.change { $0.failure = GitError(kind, "the server is ill") }
            try await world.waitForReason(reason)
            let source = try await world.source()
            #expect(
                source.ready?.message == "the server is ill; commit \(first) stays applied, and its objects are healthy"
            )
            #expect(source.status.conditions["Fetched"]?.status == .false)
            let (writes, polls) = (world.gate.writes, world.server.polls)
            try await world.sleep(.seconds(3600))
            #expect(world.gate.writes == writes)
            #expect((60...200).contains(world.server.polls - polls), "\(world.server.polls - polls)")
            // Drift is mended all the while.
            let set = try #require(try await world.set("web"))
            try await world.client.delete(set)
            try await world.wait("it is back") { try await world.set("web").map { $0.uid != set.uid } ?? false }
            let next = world.server.commit(["web.yaml": Files.set("web", image: "app:v2")])
            world.server.change { $0.failure = nil }
            try await world.wait("the next commit is found", atMost: .seconds(70)) {
                try await world.source().status.lastAppliedCommit == next.hex
            }
            try await world.sleep(.seconds(2))
            #expect(try await world.events("FetchFailed").count == 1)
        }
    }

    @Test func `that is down when imm starts leaves what was applied under watch`() {
        SyncWorld.run { world in
            let first = world.server.commit(["web.yaml": Files.set("web")])
            try await world.makeSource()
            try await world.waitUntilApplied(first)
            world.server.change { $0.failure = GitError(.unreachable, "no route") }
            world.crash()
            try await world.waitForReason("ServerUnreachable")
            let set = try #require(try await world.set("web"))
            try await world.client.delete(set)
            try await world.wait("it is back") { try await world.set("web").map { $0.uid != set.uid } ?? false }
        }
    }

    @Test func `that hangs does not hold up a new spec, nor a person's request`() {
        SyncWorld.run { world in
            world.server.change { $0.hangs = true }
            world.server.commit(["web.yaml": Files.set("web")])
            try await world.makeSource { $0.spec.timeoutSeconds = 3600 }
            try await world.sleep(.seconds(10))
            world.server.change { $0.hangs = false }
            try await world.askForSync("now")
            try await world.wait("it is applied", atMost: .seconds(5)) { try await world.source().isReady }
            world.server.change { $0.hangs = true }
            try await world.askForSync("again")
            try await world.sleep(.seconds(1))
            world.server.change { $0.hangs = false }
            let next = world.server.commit(["web.yaml": Files.set("web", image: "app:v2")])
            try await world.edit { $0.spec.intervalSeconds = 61 }
            try await world.wait("it is applied", atMost: .seconds(5)) {
                let source = try await world.source()
                return source.isReady && source.status.lastAppliedCommit == next.hex
            }
        }
    }

    @Test func `is asked by four sources at a time`() {
        SyncWorld.run { world in
            world.server.change { $0.latency = .seconds(1) }
            world.server.commit(["web.yaml": Files.set("web")])
            for number in 0..<20 {
                try await world.makeSource("s\(number)") { source in
                    source.spec.url = "https://git.example/fleet.git"
                    source.spec.suspend = false
                }
            }
            try await world.sleep(.seconds(120))
            #expect(world.server.state.withLock { $0.mostConcurrent } == 4)
            #expect(world.server.polls >= 20)
        }
    }

    @Test func `is asked once for many sources of one repository, and at once for one that somebody asks for`() {
        SyncWorld.run { world in
            let first = world.server.commit(
                Dictionary(uniqueKeysWithValues: (0..<50).map { ("p\($0)/a.yaml", Files.secret("s\($0)")) }))
            for number in 0..<50 { try await world.makeSource("p\(number)") { $0.spec.path = "p\(number)" } }
            try await world.waitUntilApplied(first, "p49")
            try await world.sleep(.seconds(120))
            let polls = world.server.polls
            try await world.sleep(.seconds(600))
            #expect((9...120).contains(world.server.polls - polls), "\(world.server.polls - polls) polls in 10 min")
            let next = world.server.commit(["p7/a.yaml": Files.secret("s7", "new")])
            let asked = world.time.uptime
            try await world.askForSync("now", "p7")
            try await world.waitUntilApplied(next, "p7")
            #expect(world.time.uptime - asked < .seconds(1))
        }
    }

    @Test func `polls come at the interval, more or less by the jitter`() {
        SyncWorld.run { world in
            let first = world.server.commit(["web.yaml": Files.set("web")])
            try await world.makeSource { source in
                source.spec.intervalSeconds = 100
                source.spec.jitterPercent = 50
            }
            try await world.waitUntilApplied(first)
            var gaps: [Duration] = []
            for _ in 0..<20 {
                let (count, since) = (world.server.polls, world.time.uptime)
                try await world.wait("the next poll") { world.server.polls > count }
                gaps.append(world.time.uptime - since)
            }
            let inner = gaps.dropFirst()
            #expect(inner.allSatisfy { $0 >= .seconds(49) && $0 <= .seconds(151) }, "\(gaps)")
            #expect((inner.max() ?? .zero) - (inner.min() ?? .zero) > .seconds(20))
        }
    }

    @Test func `a commit that is larger than allowed is refused`() {
        SyncWorld.run { world in
            let first = world.server.commit(["web.yaml": Files.set("web")])
            try await world.makeSource { $0.spec.maxSize = Quantity(bytes: 4096) }
            try await world.waitUntilApplied(first)
            let large = world.server.commit([
                "web.yaml": Files.set("web", image: "app:v2"), "large": String(repeating: "x", count: 5000),
            ])
            try await world.waitForReason("TooLarge")
            #expect(try await world.source().ready?.message.contains("\(first) stays applied") == true)
            #expect(try await world.source().status.lastAttemptedCommit == large.hex)
        }
    }

    @Test func `a tag, a range of versions and one commit are followed as what they are`() {
        SyncWorld.run { world in
            let (one, two, three) = (
                world.server.commit(["web.yaml": Files.set("web", image: "app:v1")]),
                world.server.commit(["web.yaml": Files.set("web", image: "app:v2")]),
                world.server.commit(["web.yaml": Files.set("web", image: "app:v3")])
            )
            world.server.change {
                $0.references.tags = ["v1.0": one, "v1.10.0": two, "v2.0.0": three, "v1.11.0-rc1": three, "x": three]
            }
            try await world.makeSource { source in
                source.spec.ref = GitReference()
                source.spec.ref?.semver = "1.x"
            }
            try await world.waitUntilApplied(two)
            try await world.edit { source in
                source.spec.ref?.semver = nil
                source.spec.ref?.tag = "v1.0"
            }
            try await world.waitUntilApplied(one)
            let polls = world.server.polls
            try await world.edit { source in
                source.spec.ref?.tag = nil
                source.spec.ref?.commit = three.hex
            }
            try await world.waitUntilApplied(three)
            try await world.sleep(.seconds(600))
            #expect(world.server.polls == polls)
        }
    }
}
