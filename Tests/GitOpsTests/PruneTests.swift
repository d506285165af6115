import Ambient
import GitClient
import InfraAPI
import JSON
import ResourceAPI
import Testing

@Suite struct `Prune` {
    private static let ten = (0..<10).map { "s\($0)" }

    /// Ten Secrets are applied.
    private static func applied(
        _ world: SyncWorld, _ change: (inout GitSource) -> Void = { _ in }
    ) async throws {
        let first = world.server.commit(Files.secrets(ten))
        try await world.makeSource { source in
            source.spec.intervalSeconds = 10
            change(&source)
        }
        try await world.waitUntilApplied(first)
    }

    private static func secrets(_ world: SyncWorld) async throws -> [String] {
        try await world.client.list(Secret.self, in: "default").items.map(\.name)
    }

    private static func approve(
        _ world: SyncWorld, _ name: String, commit: GitCommitID, _ objects: [InventoryEntry]
    ) async throws {
        var approval = PruneApproval()
        approval.metadata = ObjectMeta(name: name, namespace: "default")
        approval.spec.source = "fleet"
        approval.spec.commit = commit.hex
        approval.spec.objects = objects
        approval.spec.reason = "they are gone"
        _ = try await world.client.create(approval)
    }

    private static func answer(_ world: SyncWorld, _ name: String) async throws -> PruneApprovalStatus {
        try await world.wait("\(name) is answered") {
            try await world.client.get(PruneApproval.self, namespace: "default", name: name).status.outcome != .pending
        }
        return try await world.client.get(PruneApproval.self, namespace: "default", name: name).status
    }

    @Test func `what the next commit no longer holds is deleted, up to the cap`() {
        SyncWorld.run { world in
            try await Self.applied(world)
            let next = world.server.commit(Files.secrets(Self.ten.dropLast(3)))
            try await world.waitUntilApplied(next)
            #expect(try await Self.secrets(world) == Array(Self.ten.dropLast(3)))
            let source = try await world.source()
            #expect(source.status.inventory.map(\.name) == Array(Self.ten.dropLast(3)))
            #expect(source.status.history.last?.reason == "Pruned")
            try await world.sleep(.seconds(2))
            #expect(try await world.events("Pruned").count == 3)
        }
    }

    @Test func `above the cap nothing is deleted until somebody approves exactly this`() {
        SyncWorld.run { world in
            try await Self.applied(world)
            let next = world.server.commit(Files.secrets(Self.ten.dropLast(4)))
            try await world.waitForReason("PruneWaiting")
            let pending = try #require(try await world.source().status.pendingPrune)
            #expect(pending.commit == next.hex)
            #expect(pending.objects.map(\.name) == ["s6", "s7", "s8", "s9"])
            #expect(pending.message.contains("4 of 10 objects"))
            try await world.sleep(.seconds(120))
            #expect(try await Self.secrets(world).count == 10)

            try await Self.approve(world, "too-little", commit: next, Array(pending.objects.dropLast()))
            let little = try await Self.answer(world, "too-little")
            #expect(little.outcome == .refused)
            #expect(little.message?.contains("it does not name Secret default/s9") == true, "\(little)")
            #expect(try await Self.secrets(world).count == 10)

            try await Self.approve(world, "exact", commit: next, pending.objects)
            #expect(try await Self.answer(world, "exact").outcome == .accepted)
            try await world.waitUntilApplied(next)
            #expect(try await Self.secrets(world) == Array(Self.ten.dropLast(4)))
            #expect(try await world.source().status.pendingPrune == nil)
        }
    }

    @Test func `an approval of another commit or of another object is refused`() {
        SyncWorld.run { world in
            try await Self.applied(world)
            let stale = world.server.commit(Files.secrets(Self.ten.dropLast(4)))
            try await world.waitForReason("PruneWaiting")
            let pending = try #require(try await world.source().status.pendingPrune)
            let next = world.server.commit(Files.secrets(Self.ten.dropLast(5)))
            try await world.wait("the newer commit waits") {
                try await world.source().status.pendingPrune?.commit == next.hex
            }
            try await Self.approve(world, "stale", commit: stale, pending.objects)
            #expect(try await Self.answer(world, "stale").message?.contains("is at commit \(next)") == true)
            var others = try #require(try await world.source().status.pendingPrune).objects
            others[0].uid = "another"
            try await Self.approve(world, "other", commit: next, others)
            #expect(try await Self.answer(world, "other").outcome == .refused)
            #expect(try await Self.secrets(world).count == 10)
            // The manifests are back: nothing waits any more.
            let back = world.server.commit(Files.secrets(Self.ten))
            try await world.waitUntilApplied(back)
            #expect(try await world.source().status.pendingPrune == nil)
        }
    }

    @Test func `an empty directory, a path that is not there, and a branch that is gone delete nothing`() {
        SyncWorld.run { world in
            try await Self.applied(world)
            world.server.commit(["README.md": "nothing here"])
            try await world.waitForReason("EmptyRender")
            try await world.edit { $0.spec.path = "elsewhere" }
            try await world.wait("the path is looked for") {
                try await world.source().ready?.message.contains("no such directory") == true
            }
            try await world.edit { source in
                source.spec.path = "."
                source.spec.ref = GitReference()
                source.spec.ref?.branch = "gone"
            }
            try await world.waitForReason("NotFound")
            #expect(try await world.source().ready?.message.contains("it has main") == true)
            #expect(try await Self.secrets(world).count == 10)
        }
    }

    @Test func `only what the source applied is deleted, and only the very same object`() {
        SyncWorld.run { world in
            var own = Secret()
            own.metadata = ObjectMeta(name: "mine", namespace: "default")
            _ = try await world.client.create(own)
            try await Self.applied(world)
            // Somebody replaces one by another of the same name, while nobody reverts it.
            try await world.edit { $0.spec.suspend = true }
            try await world.waitForReason("Suspended")
            let old = try await world.client.get(Secret.self, namespace: "default", name: "s9")
            try await world.client.delete(old)
            var other = Secret()
            other.metadata = ObjectMeta(name: "s9", namespace: "default")
            _ = try await world.client.create(other)
            let next = world.server.commit(Files.secrets(Self.ten.dropLast(2)))
            try await world.edit { $0.spec.suspend = false }
            try await world.waitUntilApplied(next)
            #expect(try await Self.secrets(world) == ["mine"] + Self.ten.dropLast(2) + ["s9"])
        }
    }

    @Test func `volumes, namespaces and what says Keep are let go of, not deleted`() {
        SyncWorld.run { world in
            let volume = """
                apiVersion: imm.dev/v1alpha1
                kind: Volume
                metadata: {name: data}
                spec: {provider: docker, size: 1Gi}
                """
            let namespace = "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}"
            var files = Files.secrets(Self.ten)
            let rest = files
            files["kept.yaml"] = Files.secret("kept", annotations: "imm.dev/prune: Keep")
            files["volume.yaml"] = volume
            files["namespace.yaml"] = namespace
            let first = world.server.commit(files)
            try await world.makeSource()
            try await world.wait("all is applied") { try await world.source().status.lastAppliedCommit == first.hex }
            let next = world.server.commit(rest)
            try await world.waitUntilApplied(next)
            #expect(try await world.client.find(Secret.self, namespace: "default", name: "kept") != nil)
            #expect(
                try await world.client.find(Volume.self, namespace: "default", name: "data")?.isBeingDeleted == false)
            #expect(try await world.client.find(Namespace.self, name: "shop")?.isBeingDeleted == false)
            #expect(try await world.source().status.inventory.map(\.name) == Self.ten)
            try await world.sleep(.seconds(2))
            #expect(try await world.events("Released").count == 3)
        }
    }

    @Test func `nothing is deleted before everything else is applied and healthy`() {
        SyncWorld.run { world in
            let first = world.server.commit(["old.yaml": Files.set("old")])
            try await world.makeSource { $0.spec.prune.maxDeletions = .int(5) }
            try await world.waitUntilApplied(first)
            world.server.commit(["new.yaml": Files.set("new", image: "slow:v1")])
            try await world.wait("the new set is there") { try await world.set("new") != nil }
            try await world.sleep(.seconds(900))
            #expect(try await world.set("old") != nil)
            let mended = world.server.commit(["new.yaml": Files.set("new", image: "app:v1")])
            try await world.waitUntilApplied(mended)
            try await world.wait("the old set is gone") { try await world.set("old") == nil }
        }
    }

    @Test func `with prune switched off objects stay, and go when it is switched on`() {
        SyncWorld.run { world in
            try await Self.applied(world) { $0.spec.prune.enabled = false }
            let next = world.server.commit(Files.secrets(Self.ten.dropLast(1)))
            try await world.waitUntilApplied(next)
            #expect(try await Self.secrets(world).count == 10)
            try await world.edit { $0.spec.prune.enabled = true }
            try await world.wait("it is deleted") { try await Self.secrets(world).count == 9 }
        }
    }

    @Test func `deleting the source leaves its objects where they are`() {
        SyncWorld.run { world in
            try await Self.applied(world)
            let source = try await world.source()
            try await world.client.delete(source)
            try await world.wait("its mirror may go") { world.retained.withLock { $0 } == [] }
            try await world.sleep(.seconds(60))
            #expect(try await Self.secrets(world).count == 10)
        }
    }

    @Test func `an approval for a source that is not there is refused`() {
        SyncWorld.run { world in
            let commit = world.server.commit(Files.secrets(Self.ten))
            var entry = InventoryEntry()
            (entry.apiVersion, entry.kind, entry.namespace, entry.name, entry.uid) = (
                "v1", "Secret", "default", "s0", "u"
            )
            try await Self.approve(world, "early", commit: commit, [entry])
            #expect(try await Self.answer(world, "early").message == "there is no GitSource fleet in namespace default")
        }
    }
}
