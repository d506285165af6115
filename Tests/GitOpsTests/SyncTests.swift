import Ambient
import GitClient
import InfraAPI
import JSON
import ResourceAPI
import Testing

@Suite struct `A sync` {
    @Test func `a commit is applied, becomes healthy, and is said to be`() {
        SyncWorld.run { world in
            let first = world.server.commit(
                ["web.yaml": Files.set("web"), "README.md": "no manifest", "sub/key.yaml": Files.secret("key")],
                subject: "begin")
            try await world.makeSource()
            try await world.waitUntilApplied(first)
            let source = try await world.source()
            #expect(try await world.set("web")?.spec.template.spec.image == "app:v1")
            #expect(source.status.lastAttemptedCommit == first.hex)
            #expect(source.status.inventory.map(\.name) == ["web", "key"])
            #expect(source.status.inventory.allSatisfy { !$0.uid.isEmpty })
            #expect(source.status.observedGeneration == source.metadata.generation)
            #expect(source.status.conditions.map(\.type) == ["Fetched", "Ready"])
            #expect(source.status.history.map(\.outcome) == [.applied])
            #expect(source.status.history[0].subject == "begin")
            #expect(source.status.history[0].message.contains("2 objects, 2 created"))
            try await world.sleep(.seconds(2))
            #expect(try await world.events("CommitApplied").count == 1)
        }
    }

    @Test func `the next commit is found by polling, and a field that left the manifest goes`() {
        SyncWorld.run { world in
            world.server.commit(["web.yaml": Files.set("web", annotations: ["team": "a"])])
            try await world.makeSource { $0.spec.intervalSeconds = 30 }
            try await world.wait("the set is there") { try await world.set("web") != nil }
            let second = world.server.commit(["web.yaml": Files.set("web", image: "app:v2")])
            try await world.waitUntilApplied(second)
            let set = try await world.set("web")
            #expect(set?.spec.template.spec.image == "app:v2")
            #expect(set?.metadata.annotations["team"] == nil)
        }
    }

    @Test func `a request is obeyed at once, and echoed`() {
        SyncWorld.run { world in
            let first = world.server.commit(["web.yaml": Files.set("web")])
            try await world.makeSource { $0.spec.intervalSeconds = 86_400 }
            try await world.waitUntilApplied(first)
            let second = world.server.commit(["web.yaml": Files.set("web", image: "app:v2")])
            try await world.sleep(.seconds(60))
            #expect(try await world.source().status.lastAppliedCommit == first.hex)
            let asked = world.time.uptime
            try await world.askForSync("now")
            try await world.wait("the set is changed") {
                try await world.set("web")?.spec.template.spec.image == "app:v2"
            }
            #expect(world.time.uptime - asked < .milliseconds(300))
            try await world.waitUntilApplied(second)
            #expect(try await world.source().status.syncToken == "now")
        }
    }

    @Test func `one bad file changes nothing and is named with its place; the next commit mends it`() {
        SyncWorld.run { world in
            let first = world.server.commit(["web.yaml": Files.set("web")])
            try await world.makeSource()
            try await world.waitUntilApplied(first)
            let bad = world.server.commit([
                "a.yaml": Files.set("web", image: "app:v2"),
                "b.yaml": Files.set("other").replacing("replicas: 1", with: "replcas: 1"),
            ])
            try await world.waitForReason("ManifestInvalid")
            var source = try await world.source()
            #expect(source.ready?.message.contains("\(bad):b.yaml:5:3: ") == true, "\(source.ready?.message ?? "")")
            #expect(source.ready?.message.contains("did you mean \"replicas\"?") == true)
            #expect(source.status.conditions["Stalled"]?.status == .true)
            #expect(source.status.lastAttemptedCommit == bad.hex)
            #expect(source.status.lastAppliedCommit == first.hex)
            #expect(try await world.set("web")?.spec.template.spec.image == "app:v1")
            #expect(try await world.set("other") == nil)
            let good = world.server.commit(["a.yaml": Files.set("web", image: "app:v2"), "b.yaml": Files.set("other")])
            try await world.waitUntilApplied(good)
            source = try await world.source()
            #expect(source.status.history.map(\.outcome) == [.applied, .refused, .applied])
            #expect(source.status.conditions["Stalled"] == nil)
        }
    }

    @Test func `what the server refuses of one object keeps back all`() {
        SyncWorld.run { world in
            world.server.commit(["a.yaml": Files.set("a"), "b.yaml": Files.set("b", namespace: "nowhere")])
            try await world.makeSource()
            try await world.waitForReason("ObjectRefused")
            #expect(try await world.set("a") == nil)
            let message = try await world.source().ready?.message ?? ""
            #expect(message.contains("b.yaml:1:1: InstanceSet nowhere/b"), "\(message)")
            #expect(message.contains("nowhere"))
            // Somebody makes the namespace: no commit is needed.
            try await world.makeNamespace("nowhere")
            try await world.wait("both are there") { try await world.set("b", in: "nowhere") != nil }
        }
    }

    @Test func `an older commit comes back by a forced push, and by a revert`() {
        SyncWorld.run { world in
            let first = world.server.commit(["web.yaml": Files.set("web")])
            try await world.makeSource()
            try await world.waitUntilApplied(first)
            let second = world.server.commit(["web.yaml": Files.set("web", image: "app:v2")])
            try await world.waitUntilApplied(second)
            world.server.push(first)
            try await world.waitUntilApplied(first)
            #expect(try await world.set("web")?.spec.template.spec.image == "app:v1")
            let reverted = world.server.commit(["web.yaml": Files.set("web")], subject: "Revert")
            try await world.waitUntilApplied(reverted)
        }
    }

    @Test func `nothing is written, and little is read, while nothing changes`() {
        SyncWorld.run { world in
            let first = world.server.commit(["web.yaml": Files.set("web"), "key.yaml": Files.secret("key")])
            try await world.makeSource { $0.spec.intervalSeconds = 5 }
            try await world.waitUntilApplied(first)
            let (writes, polls) = (world.gate.writes, world.server.polls)
            try await world.sleep(.seconds(51_000))
            #expect(world.server.polls - polls >= 10_000)
            #expect(world.gate.writes == writes)
            #expect(world.server.state.withLock { $0.fetches } == 1)
        }
    }

    @Test func `a restart writes nothing where nothing changed`() {
        SyncWorld.run { world in
            let first = world.server.commit(["web.yaml": Files.set("web"), "key.yaml": Files.secret("key")])
            try await world.makeSource()
            try await world.waitUntilApplied(first)
            world.crash()
            try await world.sleep(.seconds(300))
            #expect(world.gate.log == [])
        }
    }

    @Test func `a kustomization is built from the whole repository, and refused where nothing can build it`() {
        SyncWorld.run { world in
            let files = [
                "base/web.yaml": Files.set("web"), "app/kustomization.yaml": "resources: [../base/web.yaml]\n",
                "app/ignored.yaml": Files.set("no"),
            ]
            let first = world.server.commit(files)
            try await world.makeSource { $0.spec.path = "app" }
            try await world.waitUntilApplied(first)
            #expect(try await world.source().status.inventory.map(\.name) == ["web"])
            func refused(_ says: String) async throws {
                try await world.wait("refused: \(says)") {
                    let ready = try await world.source().ready
                    return ready?.reason == "KustomizationFailed" && ready?.message.contains(says) == true
                }
            }
            var broken = files
            broken["app/kustomization.yaml"] = "resources: [../base/nothing.yaml]\n"
            world.server.commit(broken)
            try await refused("app/kustomization.yaml:1:13: resources names \"../base/nothing.yaml\", which is no file")
            broken = files
            broken["base/web.yaml"] = "broken"
            world.server.commit(broken)
            try await refused("app/kustomization.yaml: accumulating resources: ../base/web.yaml: malformed")
            world.hasBuilder.withLock { $0 = false }
            world.crash()
            let next = world.server.commit(files, subject: "again")
            try await world.wait("the next is refused too") {
                try await world.source().ready?.message.contains("kubectl, which is not installed") == true
            }
            #expect(try await world.source().status.lastAttemptedCommit == next.hex)
            #expect(try await world.set("web") != nil)
        }
    }

    @Test func `the history is bounded, and has one record for each attempt`() {
        SyncWorld.run { world in
            try await world.makeSource { $0.spec.intervalSeconds = 5 }
            for number in 1...30 {
                let isBad = number % 3 == 0
                let commit = world.server.commit([
                    "web.yaml": isBad ? "a: [" : Files.set("web", image: "app:v\(number)")
                ])
                try await world.wait("it is looked at") {
                    try await world.source().status.lastAttemptedCommit == commit.hex
                }
                try await world.sleep(.seconds(30))
            }
            let history = try await world.source().status.history
            #expect(history.count == 20)
            #expect(Set(history.map(\.commit)).count == 20)
            #expect(history.count { $0.outcome == .refused } == 7)
        }
    }

    @Test func `a source that stands in its own repository waits neither for itself nor deletes itself`() {
        SyncWorld.run { world in
            let itself = """
                apiVersion: imm.dev/v1alpha1
                kind: GitSource
                metadata: {name: fleet}
                spec: {url: "https://git.example/fleet.git", intervalSeconds: 10}

                """
            let first = world.server.commit(["web.yaml": Files.set("web"), "fleet.yaml": itself])
            try await world.apply(
                [
                    "apiVersion": "imm.dev/v1alpha1", "kind": "GitSource",
                    "metadata": ["namespace": "default", "name": "fleet"],
                    "spec": ["url": "https://git.example/fleet.git"],
                ], as: "immctl")
            try await world.waitUntilApplied(first)
            #expect(try await world.source().spec.intervalSeconds == 10)
            let next = world.server.commit(["web.yaml": Files.set("web", image: "app:v2")])
            try await world.waitUntilApplied(next)
            #expect(try await world.source().isBeingDeleted == false)
        }
    }

    @Test func `fields that a commit adds and takes away are there and gone, lists too`() {
        SyncWorld.run { world in
            func set(_ more: String) -> String { Files.set("web") + more }
            let first = world.server.commit(["web.yaml": set("")])
            try await world.makeSource { $0.spec.intervalSeconds = 5 }
            try await world.waitUntilApplied(first)
            let second = world.server.commit([
                "web.yaml": set(
                    "      command: [/bin/sh, -c, exit 3]\n      env: [{name: STEP, value: \"2\"}]\n")
            ])
            try await world.waitUntilApplied(second)
            var template = try await world.set("web")?.spec.template.spec
            #expect(template?.command == ["/bin/sh", "-c", "exit 3"])
            #expect(template?.env.map(\.name) == ["STEP"])
            let third = world.server.commit(["web.yaml": set("      command: [/bin/true]\n")])
            try await world.waitUntilApplied(third)
            template = try await world.set("web")?.spec.template.spec
            #expect(template?.command == ["/bin/true"])
            #expect(template?.env == [])
        }
    }
}
