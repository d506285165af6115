import Ambient
import GitClient
import InfraAPI
import JSON
import ResourceAPI
import Testing

@Suite struct `Waves and waits` {
    @Test func `a wave waits for the health of the one before`() {
        SyncWorld.run(keeperDelay: .seconds(20)) { world in
            let commit = world.server.commit([
                "a.yaml": Files.set("late", annotations: ["imm.dev/wave": "2"]),
                "b.yaml": Files.set("early", annotations: ["imm.dev/wave": "-1"]), "c.yaml": Files.set("middle"),
            ])
            try await world.makeSource()
            try await world.wait("the first is there") { try await world.set("early") != nil }
            try await world.sleep(.seconds(10))
            #expect(try await world.set("middle") == nil)
            #expect(try await world.source().ready?.message.contains("wave -1 of commit \(commit)") == true)
            try await world.wait("the second is there") { try await world.set("middle") != nil }
            #expect(try await world.set("late") == nil)
            try await world.waitUntilApplied(commit)
            #expect(
                world.gate.log.filter { $0.hasPrefix("apply") }
                    == ["apply InstanceSet early", "apply InstanceSet middle", "apply InstanceSet late"])
        }
    }

    @Test func `a namespace comes before what stands in it, in the same commit`() {
        SyncWorld.run { world in
            let commit = world.server.commit([
                "a.yaml": Files.set("web", namespace: "shop"),
                "z.yaml": "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}",
            ])
            try await world.makeSource()
            try await world.waitUntilApplied(commit)
            #expect(try await world.set("web", in: "shop") != nil)
        }
    }

    @Test func `a commit that does not become healthy says so, waits on, and makes way for the next at once`() {
        SyncWorld.run { world in
            world.server.commit([
                "a.yaml": Files.set("a", image: "slow:v1"),
                "b.yaml": Files.set("b", annotations: ["imm.dev/wave": "1"]),
            ])
            try await world.makeSource { source in
                source.spec.healthTimeoutSeconds = 60
                source.spec.intervalSeconds = 86_400
            }
            try await world.waitForReason("Progressing")
            try await world.waitForReason("HealthTimeout")
            #expect(
                try await world.source().ready?.message.contains("InstanceSet default/a: NotReady: slot 0 is not ready")
                    == true)
            #expect(try await world.set("b") == nil)
            let mended = world.server.commit([
                "a.yaml": Files.set("a", image: "app:v2"), "b.yaml": Files.set("b", annotations: ["imm.dev/wave": "1"]),
            ])
            let asked = world.time.uptime
            try await world.askForSync("now")
            try await world.waitUntilApplied(mended)
            #expect(world.time.uptime - asked < .seconds(2))
        }
    }

    @Test func `the newest commit wins while an older one waits, whatever is between`() {
        SyncWorld.run { world in
            try await world.makeSource { $0.spec.intervalSeconds = 5 }
            for number in 1...5 {
                world.server.commit([
                    "a.yaml": Files.set("a", image: "slow:v\(number)"),
                    "b.yaml": Files.set("b", annotations: ["imm.dev/wave": "1"]),
                ])
                try await world.sleep(.seconds(7))
            }
            let last = world.server.commit(["a.yaml": Files.set("a", image: "app:v9")])
            try await world.waitUntilApplied(last)
            #expect(try await world.set("b") == nil)
        }
    }

    @Test func `a rejected set is not touched again until its content changes`() {
        SyncWorld.run { world in
            let first = world.server.commit(["web.yaml": Files.set("web"), "key.yaml": Files.secret("key")])
            try await world.makeSource { $0.spec.intervalSeconds = 5 }
            try await world.waitUntilApplied(first)
            world.server.commit(["web.yaml": Files.set("web", image: "broken:v2"), "key.yaml": Files.secret("key")])
            try await world.waitForReason("Rejected")
            var source = try await world.source()
            #expect(source.status.rejected.map(\.name) == ["web"])
            #expect(source.status.rejected[0].revision == "web-brokenv2")
            #expect(source.ready?.message.contains("broken:v2 died") == true)
            let version = try await world.set("web")?.metadata.resourceVersion
            let writes = world.gate.writes
            try await world.sleep(.seconds(3600))
            // A commit that changes something else does not roll it out again either.
            let other = world.server.commit([
                "web.yaml": Files.set("web", image: "broken:v2"), "key.yaml": Files.secret("key", "y"),
            ])
            #expect(world.gate.writes == writes)
            try await world.wait("the other change is applied") {
                try await world.source().status.lastAppliedCommit == other.hex
            }
            try await world.askForSync("again")
            try await world.sleep(.seconds(60))
            #expect(try await world.set("web")?.metadata.resourceVersion == version)
            let mended = world.server.commit([
                "web.yaml": Files.set("web", image: "app:v3"), "key.yaml": Files.secret("key", "y"),
            ])
            try await world.waitUntilApplied(mended)
            source = try await world.source()
            #expect(source.status.rejected == [])
            #expect(source.status.conditions["Stalled"] == nil)
        }
    }

    @Test func `a set that is taken out and comes back is made again once the old one is gone`() {
        SyncWorld.run(keeperDelay: .seconds(30)) { world in
            let both = ["a.yaml": Files.set("a"), "b.yaml": Files.set("b")]
            let first = world.server.commit(both)
            try await world.makeSource { source in
                source.spec.intervalSeconds = 5
                source.spec.prune.maxDeletions = .int(1)
            }
            try await world.waitUntilApplied(first)
            let uid = try await world.set("b")?.uid
            world.server.commit(["a.yaml": Files.set("a")])
            try await world.wait("it is being deleted") { try await world.set("b")?.isBeingDeleted != false }
            let back = world.server.commit(both)
            try await world.waitUntilApplied(back)
            #expect(try await world.set("b")?.uid != uid)
        }
    }

    @Test func `a source waits for those that it depends on, and a circle is named`() {
        SyncWorld.run { world in
            let commit = world.server.commit([
                "base/a.yaml": Files.set("a", image: "slow:v1"), "app/b.yaml": Files.set("b"),
            ])
            try await world.makeSource("app") { source in
                source.spec.path = "app"
                source.spec.dependsOn = ["base"]
            }
            try await world.waitForReason("DependencyNotReady", "app")
            #expect(try await world.source("app").ready?.message == "GitSource base is not there")
            try await world.makeSource("base") { source in
                source.spec.path = "base"
                source.spec.intervalSeconds = 10
            }
            try await world.sleep(.seconds(120))
            #expect(try await world.set("b") == nil)
            let mended = world.server.commit(["base/a.yaml": Files.set("a"), "app/b.yaml": Files.set("b")])
            try await world.waitUntilApplied(mended, "base")
            try await world.wait("the dependent follows") { try await world.set("b") != nil }
            _ = commit
            try await world.edit("base") { $0.spec.dependsOn = ["app"] }
            try await world.waitForReason("DependencyCycle", "base")
            #expect(try await world.source("base").ready?.message.contains("base -> app -> base") == true)
        }
    }

    @Test func `while it is suspended nothing is asked, applied or reverted`() {
        SyncWorld.run { world in
            let first = world.server.commit(["web.yaml": Files.set("web")])
            try await world.makeSource()
            try await world.waitUntilApplied(first)
            try await world.edit { $0.spec.suspend = true }
            try await world.waitForReason("Suspended")
            let polls = world.server.polls
            world.server.commit(["web.yaml": Files.set("web", image: "app:v2")])
            let set = try #require(try await world.set("web"))
            try await world.client.delete(set)
            try await world.sleep(.seconds(600))
            #expect(world.server.polls == polls)
            #expect(try await world.set("web") == nil)
            try await world.edit { $0.spec.suspend = false }
            try await world.wait("it goes on") { try await world.set("web")?.spec.template.spec.image == "app:v2" }
        }
    }
}
