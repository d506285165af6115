import Ambient
import GitClient
import InfraAPI
import JSON
import ResourceAPI
import Testing

/// A process that dies at any of its writes, before the write has an effect or before its answer comes: the next one ends in the
/// same state, and has forgotten nothing that was made.
@Suite struct `A crash` {
    private static let before = [
        "a.yaml": Files.set("a"), "b.yaml": Files.set("b", annotations: ["imm.dev/wave": "1"]),
        "old.yaml": Files.secret("old"),
        "gone.yaml": Files.set("gone"),
    ]
    private static let after = [
        "a.yaml": Files.set("a", image: "app:v2"),
        "b.yaml": Files.set("b", image: "app:v2", annotations: ["imm.dev/wave": "1"]),
        "new.yaml": Files.secret("new"), "c.yaml": Files.set("c", annotations: ["imm.dev/wave": "2"]),
    ]

    private static func names(_ world: SyncWorld) async throws -> [String] {
        try await world.client.list(InstanceSet.self, in: "default").items.map(\.name)
            + world.client.list(Secret.self, in: "default").items.map(\.name)
    }

    /// Two commits, with a crash at the n-th write of the first process.
    /// - Returns: whether there were so many writes.
    private static func live(crashAt number: Int, afterEffect: Bool) -> Bool {
        let hasCrashed = Guarded(false)
        SyncWorld.run(
            seed: UInt64(number),
            prepare: { world in
                world.gate.change { state in
                    state.diesAt = number
                    state.diesAfterEffect = afterEffect
                }
            }
        ) { world in
            let gate = world.gate
            func restartWhenDead() {
                guard gate.state.withLock({ $0.isDead }), world.gate === gate else { return }
                hasCrashed.withLock { $0 = true }
                world.crash()
            }
            func applied(_ commit: GitCommitID) async throws {
                try await world.wait("\(commit) is applied, crash at \(number)") {
                    restartWhenDead()
                    let source = try await world.source()
                    return source.status.lastAppliedCommit == commit.hex && source.isReady
                }
            }
            let first = world.server.commit(before)
            try await world.makeSource { source in
                source.spec.intervalSeconds = 5
                source.spec.prune.maxDeletions = .string("100%")
            }
            try await applied(first)
            #expect(try await names(world) == ["a", "b", "gone", "old"])
            try await applied(world.server.commit(after))
            try await world.wait("the deleted set is gone") { try await world.set("gone") == nil }
            #expect(try await names(world) == ["a", "b", "c", "new"], "crash at \(number)")
            let inventory = try await world.source().status.inventory
            #expect(inventory.map(\.name).sorted() == ["a", "b", "c", "new"], "crash at \(number)")
            for entry in inventory { #expect(!entry.uid.isEmpty, "\(entry.name), crash at \(number)") }
            // What was made is answered for: a commit without it takes it away.
            try await applied(world.server.commit(["new.yaml": Files.secret("new")]))
            try await world.wait("nothing was forgotten") { try await names(world) == ["new"] }
            restartWhenDead()
        }
        return hasCrashed.withLock { $0 }
    }

    @Test(arguments: [false, true]) func `at any write loses and forgets nothing`(afterEffect: Bool) {
        var number = 1
        while Self.live(crashAt: number, afterEffect: afterEffect) { number += 1 }
        #expect(number > 15, "only \(number) writes")
    }

    @Test func `between two waves: the newer commit is what the next process goes on with`() {
        SyncWorld.run { world in
            world.server.commit([
                "a.yaml": Files.set("a", image: "slow:v1"),
                "b.yaml": Files.set("b", annotations: ["imm.dev/wave": "1"]),
            ])
            try await world.makeSource { $0.spec.intervalSeconds = 5 }
            try await world.wait("the first wave is there") { try await world.set("a") != nil }
            world.crash()
            let next = world.server.commit(["c.yaml": Files.set("c"), "d.yaml": Files.set("d")])
            try await world.waitUntilApplied(next)
            // What the crashed process had made is known, and goes.
            #expect(try await world.set("a") == nil)
            #expect(try await world.set("b") == nil)
            #expect(try await world.source().status.inventory.map(\.name) == ["c", "d"])
        }
    }

    @Test(arguments: 1...8) func `of the answer alone: a write that fails is made again`(count: Int) {
        SyncWorld.run(seed: UInt64(count), prepare: { world in world.gate.change { $0.failing = count } }) { world in
            let first = world.server.commit(Self.before)
            try await world.makeSource()
            try await world.waitUntilApplied(first)
            #expect(try await Self.names(world) == ["a", "b", "gone", "old"])
        }
    }
}
