import Ambient
import GitClient
import ImageRegistry
import InfraAPI
import ResourceAPI
import Testing

@testable import GitOps

@Suite struct ImageUpdatesTests {
    private typealias World = ImageUpdatesWorld
    private static let branch = "imm/updates"

    private static func pinned(_ tag: String, _ image: String = "registry/web") -> String {
        "\(image):\(tag)@\(World.digest)"
    }

    private func offer(_ world: World, _ tags: String...) { world.registry.tags.withLock { $0["registry/web"] = tags } }

    @Test func `a newer image becomes one commit on the branch, on top of what is applied, and is not pushed twice`()
        async throws
    {
        try await World.run { world in
            offer(world, "1.0.0", "1.1.0")
            let before = world.remote.tip("main")
            let source = try await world.reconcile()
            let push = try #require(world.remote.pushes.first)
            #expect(push.parent == before && push.expected == nil && push.branch == Self.branch)
            #expect(world.remote.text("web.yaml", on: Self.branch) == World.manifest(Self.pinned("1.1.0")))
            #expect(world.remote.tip("main") == before, "what is followed is not touched")
            let proposal = try #require(source.status.proposal)
            #expect(proposal.commit == world.remote.tip(Self.branch)?.hex && proposal.branch == Self.branch)
            #expect(proposal.images == [Self.pinned("1.1.0")])
            let condition = try #require(source.status.conditions["ImageUpdates"])
            #expect(condition.status == .true && condition.reason == "Proposed")
            #expect(try await world.reasons() == ["ImageUpdateProposed"])
            let again = try await world.lookAgain()
            #expect(world.remote.pushes.count == 1 && world.registry.questions.withLock { $0 } == 2)
            #expect(again.metadata.resourceVersion == source.metadata.resourceVersion, "nothing new is nothing written")
        }
    }

    @Test func `a newer one still takes the place of our own proposal`() async throws {
        try await World.run { world in
            offer(world, "1.1.0")
            try await world.reconcile()
            let first = world.remote.tip(Self.branch)
            offer(world, "1.1.0", "1.2.0")
            let source = try await world.lookAgain()
            #expect(world.remote.pushes.count == 2 && world.remote.pushes[1].expected == first)
            #expect(world.remote.pushes[1].parent == world.remote.tip("main"))
            #expect(world.remote.text("web.yaml", on: Self.branch) == World.manifest(Self.pinned("1.2.0")))
            #expect(source.status.proposal?.images == [Self.pinned("1.2.0")])
        }
    }

    @Test func `a branch that somebody else has written to is not overwritten`() async throws {
        try await World.run { world in
            offer(world, "1.1.0")
            try await world.reconcile()
            let theirs = world.remote.commit(["web.yaml": "theirs"], on: Self.branch)
            for _ in 1...2 {
                let condition = try await world.lookAgain().status.conditions["ImageUpdates"]
                #expect(condition?.status == .false && condition?.reason == "BranchTaken")
                #expect(condition?.message.contains("\(theirs)") == true)
            }
            #expect(world.remote.tip(Self.branch) == theirs && world.remote.pushes.count == 1)
            // Also one that was there before us.
            try await world.change { $0.status.proposal = nil }
            #expect(try await world.lookAgain().status.conditions["ImageUpdates"]?.reason == "BranchTaken")
        }
    }

    @Test func `a proposal that was pushed but not recorded is taken for ours`() async throws {
        try await World.run { world in
            offer(world, "1.1.0")
            try await world.reconcile()
            try await world.change { $0.status.proposal = nil }
            let source = try await world.lookAgain()
            #expect(world.remote.pushes.count == 1)
            #expect(source.status.proposal?.commit == world.remote.tip(Self.branch)?.hex)
            #expect(source.status.conditions["ImageUpdates"]?.reason == "Proposed")
        }
    }

    @Test func `a proposal that stands is not pushed again when other files change`() async throws {
        try await World.run { world in
            offer(world, "1.1.0")
            try await world.reconcile()
            try await world.apply(["web.yaml": World.manifest("registry/web:1.0.0"), "README.md": "new"])
            try await world.reconcile()
            #expect(world.remote.pushes.count == 1)
            // When its own file changes, it is.
            let changed = World.manifest("registry/web:1.0.0") + "# more\n"
            try await world.apply(["web.yaml": changed])
            try await world.reconcile()
            #expect(world.remote.pushes.count == 2 && world.remote.pushes[1].parent == world.remote.tip("main"))
        }
    }

    @Test func `a deleted branch declines what it proposed, until there is something newer`() async throws {
        try await World.run { world in
            offer(world, "1.1.0")
            try await world.reconcile()
            world.remote.delete(Self.branch)
            let declined = try await world.lookAgain().status.conditions["ImageUpdates"]
            #expect(declined?.reason == "ProposalDeclined" && declined?.status == .true)
            #expect(world.remote.pushes.count == 1)
            offer(world, "1.1.0", "1.2.0")
            #expect(try await world.lookAgain().status.conditions["ImageUpdates"]?.reason == "Proposed")
            #expect(world.remote.pushes.count == 2)
        }
    }

    @Test func `what was merged is done, and may be proposed again after a revert`() async throws {
        try await World.run { world in
            offer(world, "1.1.0")
            try await world.reconcile()
            try await world.apply(["web.yaml": World.manifest(Self.pinned("1.1.0"))])
            world.remote.delete(Self.branch)
            let source = try await world.reconcile()
            #expect(source.status.conditions["ImageUpdates"]?.reason == "UpToDate")
            #expect(source.status.proposal?.images == [])
            try await world.apply(["web.yaml": World.manifest("registry/web:1.0.0")])
            try await world.reconcile()
            #expect(world.remote.pushes.count == 2)
        }
    }

    @Test func `registries that fail are told, and hold up no other image`() async throws {
        let files = [
            "web.yaml": World.manifest("registry/web:1.0.0"),
            "db.yaml": World.manifest("registry/db:1.0.0", name: "db"),
        ]
        try await World.run(
            files,
            { $0.spec.imageUpdates?.images += [World.policy("registry/db"), World.policy("registry/none", "^9")] }
        ) { world in
            offer(world, "1.1.0")
            world.registry.tags.withLock { $0["registry/none"] = ["1.0.0"] }
            let source = try await world.reconcile()
            let condition = try #require(source.status.conditions["ImageUpdates"])
            #expect(condition.status == .false && condition.reason == "RegistryFailed")
            #expect(condition.message.contains("registry/db: registry/db is not there"))
            #expect(condition.message.contains("registry/none: no tag matches ^9"))
            #expect(source.status.proposal?.images == [Self.pinned("1.1.0")])
            #expect(world.remote.text("db.yaml", on: Self.branch) == files["db.yaml"])
        }
    }

    @Test func `a push that is refused is told once, and tried again in the interval`() async throws {
        try await World.run { world in
            offer(world, "1.1.0")
            world.remote.refuse(GitError(.denied, "read only"))
            let source = try await world.reconcile()
            #expect(source.status.conditions["ImageUpdates"]?.reason == "PushRefused" && source.status.proposal == nil)
            #expect(try await world.reasons() == ["PushRefused"])
            let again = try await world.lookAgain()
            #expect(again.metadata.resourceVersion == source.metadata.resourceVersion)
            world.remote.refuse(nil)
            #expect(try await world.lookAgain().status.conditions["ImageUpdates"]?.reason == "Proposed")
        }
    }

    @Test func `the branch that is followed is never written to`() async throws {
        try await World.run { world in
            offer(world, "1.1.0")
            world.remote.makeHead(Self.branch)
            let source = try await world.reconcile()
            #expect(source.status.conditions["ImageUpdates"]?.reason == "BranchFollowed")
            #expect(world.remote.pushes.isEmpty)
        }
    }

    @Test
    func `nobody is asked before the interval is over, while suspended, or on top of a commit that is not applied`()
        async throws
    {
        try await World.run { world in
            func questions() -> Int { world.registry.questions.withLock { $0 } }
            try await world.reconcile()
            #expect(questions() == 1)
            world.time.pass(.seconds(299))
            try await world.reconcile()
            #expect(questions() == 1)
            world.time.pass(.seconds(1))
            try await world.reconcile()
            #expect(questions() == 2)
            try await world.change { $0.spec.suspend = true }
            try await world.lookAgain()
            #expect(questions() == 2)
            try await world.change { source in
                source.spec.suspend = false
                source.status.lastAttemptedCommit = String(repeating: "b", count: 40)
            }
            try await world.lookAgain()
            #expect(questions() == 2)
        }
    }

    @Test func `without image updates the condition goes`() async throws {
        try await World.run(["web.yaml": World.manifest(Self.pinned("1.0.0"))]) { world in
            let source = try await world.reconcile()
            #expect(source.status.conditions["ImageUpdates"]?.reason == "UpToDate")
            try await world.change { $0.spec.imageUpdates = nil }
            #expect(try await world.reconcile().status.conditions["ImageUpdates"] == nil)
        }
    }

    @Test func `an image that is not written plainly is told and left alone`() async throws {
        try await World.run(["web.yaml": World.manifest("&img registry/web:1.0.0")]) { world in
            offer(world, "1.1.0")
            let condition = try await world.reconcile().status.conditions["ImageUpdates"]
            #expect(condition?.reason == "LeftAlone" && condition?.message.contains("web.yaml:4:") == true)
            #expect(world.remote.pushes.isEmpty)
        }
    }

    @Test func `a private registry is told what the Secret holds, and nobody is asked without it`() async throws {
        var closed = World.policy("registry/web")
        closed.credentials = GitCredentials()
        closed.credentials?.secretRef.name = "registry"
        let policy = closed
        try await World.run(["web.yaml": World.manifest(Self.pinned("1.0.0"))]) {
            $0.spec.imageUpdates?.images = [policy]
        } _: { world in
            let missing = try await world.reconcile().status.conditions["ImageUpdates"]
            #expect(missing?.reason == "RegistryFailed" && missing?.message.contains("Secret registry") == true)
            #expect(world.registry.logins.withLock { $0.isEmpty })
            var secret = Secret()
            secret.metadata = ObjectMeta(name: "registry", namespace: "shop")
            secret.data = ["username": Base64.encode("imm".utf8), "password": Base64.encode("word".utf8)]
            _ = try await world.client.create(secret)
            #expect(try await world.lookAgain().status.conditions["ImageUpdates"]?.reason == "UpToDate")
            #expect(world.registry.logins.withLock { $0.last } == RegistryLogin(username: "imm", password: "word"))
        }
    }
}
