import Ambient
import GitClient
import InfraAPI
import JSON
import ResourceAPI
import Simulation
import Testing

/// Random lives: people commit, push back, edit and delete what is applied; the server, the API and the process fail. When all of it
/// ends, what is stored is what the last commit says, nobody else's objects are touched, and nothing is written any more.
@Suite struct `Random lives` {
    private static let names = ["a", "b", "c", "d", "e", "f"]

    /// One life.
    private final class Life: Sendable {
        let world: SyncWorld
        let randomness: SeededRandomness
        /// uids of what people made.
        let foreign = Guarded(Set<String>())
        let commits = Guarded([GitCommitID]())
        let actions = Guarded([String]())

        init(_ world: SyncWorld, seed: UInt64) {
            self.world = world
            randomness = SeededRandomness(seed: seed).stream("life")
        }

        private func below(_ bound: Int) -> Int { randomness.below(bound) }
        private func note(_ action: String) { actions.withLock { $0.append(action) } }

        func files(isLast: Bool) -> [String: String] {
            var files: [String: String] = [:]
            for name in names where isLast || below(10) < 7 {
                let kind = below(isLast ? 6 : 10)
                let image = kind == 9 ? "broken:v\(below(3))" : kind == 8 ? "slow:v\(below(3))" : "app:v\(below(4))"
                let wave = below(3)
                files["\(name).yaml"] = Files.set(
                    name, image: image, replicas: 1 + below(3),
                    annotations: wave == 0 ? [:] : ["imm.dev/wave": "\(wave)"])
            }
            for name in names.prefix(3) where below(2) == 0 {
                files["s\(name).yaml"] = Files.secret("s\(name)", "v\(below(5))")
            }
            if !isLast, below(8) == 0 { files["bad.yaml"] = "a: [" }
            return files
        }

        func act() async throws {
            switch below(16) {
            case 0...4: push(world.server.commit(files(isLast: false)), "commit")
            case 5:
                let all = commits.withLock { $0 }
                guard !all.isEmpty else { return }
                let back = all[below(all.count)]
                world.server.push(back)
                note("push back to \(back)")
            case 6:
                let kinds: [GitError.Kind] = [.unreachable, .denied, .notFound, .failed]
                let failure = below(2) == 0 ? GitError(kinds[below(kinds.count)], "the server is ill") : nil
                world.server.change { state in
                    state.failure = failure
                    state.hangs = false
                }
                note("server: \(failure?.message ?? "well")")
            case 7:
                let hangs = below(3) == 0
                world.server.change { $0.hangs = hangs }
                note("server hangs: \(hangs)")
            case 8: try await scale()
            case 9: try await remove()
            case 10: try await make()
            case 11:
                note("crash")
                world.crash()
            case 12:
                let count = below(4)
                world.gate.change { $0.failing = count }
                note("\(count) writes fail")
            case 13: try await configure()
            case 14:
                note("sync")
                try await world.askForSync("t\(below(1_000_000))")
            default: try await approve()
            }
        }

        private func push(_ commit: GitCommitID, _ what: String) {
            commits.withLock { $0.append(commit) }
            note("\(what) \(commit)")
        }

        private func scale() async throws {
            let name = names[below(names.count)]
            guard try await world.set(name)?.isBeingDeleted == false else { return }
            note("scale \(name)")
            _ = try? await world.client.apply(
                [
                    "apiVersion": "imm.dev/v1alpha1", "kind": "InstanceSet",
                    "metadata": ["namespace": "default", "name": .string(name)],
                    "spec": ["replicas": .int(Int64(4 + below(3)))],
                ], WriteOptions(fieldManager: "kubectl", force: true))
        }

        private func remove() async throws {
            let name = names[below(names.count)]
            note("delete \(name)")
            if let set = try await world.set(name) { _ = try? await world.client.delete(set) }
        }

        /// What a person makes says something else than any commit, so that it is never taken over.
        private func make() async throws {
            let name = below(2) == 0 ? "mine\(below(100))" : names[below(names.count)]
            var set = InstanceSet()
            set.metadata = ObjectMeta(name: name, namespace: "default")
            set.spec.replicas = 77
            set.spec.template.spec.image = "mine:v1"
            guard let made = try? await world.client.create(set) else { return }
            note("make \(name)")
            _ = foreign.withLock { $0.insert(made.uid) }
        }

        private func configure() async throws {
            let (suspend, drift, prune) = (below(4) == 0, below(2) == 0, below(4) != 0)
            note("suspend \(suspend), revert \(drift), prune \(prune)")
            try await world.edit { source in
                source.spec.suspend = suspend
                source.spec.drift = drift ? .revert : .report
                source.spec.prune.enabled = prune
            }
        }

        private func approve() async throws {
            guard let pending = try await world.source().status.pendingPrune else { return }
            var approval = PruneApproval()
            approval.metadata = ObjectMeta(name: "p\(below(1_000_000))", namespace: "default")
            approval.spec.source = "fleet"
            approval.spec.commit = pending.commit
            approval.spec.objects = pending.objects
            approval.spec.reason = "random"
            note("approve")
            _ = try? await world.client.create(approval)
        }

        /// Faults stop, and the last commit says all.
        func settle() async throws -> [String: String] {
            note("settle")
            world.server.change { state in
                state.failure = nil
                state.hangs = false
            }
            world.gate.change { $0.failing = 0 }
            try await world.edit { source in
                source.spec.suspend = false
                source.spec.drift = .revert
                source.spec.prune.enabled = true
                source.spec.prune.maxDeletions = .string("100%")
            }
            let files = files(isLast: true)
            let last = world.server.commit(files)
            try await world.wait("the last commit is applied", atMost: .seconds(3600)) {
                let source = try await world.source()
                // Two want the same name: the person gives way.
                for set in try await world.client.list(InstanceSet.self).items
                where names.contains(set.name) && foreign.withLock({ $0.contains(set.uid) }) {
                    _ = try? await world.client.delete(set)
                }
                return source.isReady && source.status.lastAppliedCommit == last.hex
            }
            return files
        }

        func check(_ files: [String: String]) async throws {
            let sets = try await world.client.list(InstanceSet.self, in: "default").items
            let secrets = try await world.client.list(Secret.self, in: "default").items
            let wanted = Set(files.keys.map { String($0.dropLast(".yaml".count)) })
            let left = foreign.withLock { $0 }
            let ours = sets.filter { !left.contains($0.uid) }.map(\.name) + secrets.map(\.name)
            #expect(Set(ours) == wanted)
            for set in sets where !left.contains(set.uid) {
                let file = files["\(set.name).yaml"] ?? ""
                #expect(file.contains("replicas: \(set.spec.replicas)\n"), "\(set.name): \(set.spec.replicas)")
                #expect(file.contains("image: \(set.spec.template.spec.image)\n"), "\(set.name)")
            }
            for set in sets where left.contains(set.uid) {
                #expect(set.spec.replicas == 77 || names.contains(set.name), "\(set.name) was somebody's")
            }
            let source = try await world.source()
            let uids = Set(sets.map(\.uid) + secrets.map(\.uid))
            #expect(Set(source.status.inventory.map(\.name)) == wanted)
            for entry in source.status.inventory { #expect(uids.contains(entry.uid), "\(entry.name)") }
            #expect(source.status.conditions["Drifted"] == nil)
            let writes = world.gate.writes
            try await world.sleep(.seconds(600))
            #expect(world.gate.writes == writes, "\(world.gate.log.suffix(5))")
        }
    }

    @Test(arguments: SimulationSeeds.first(20)) func `end as the last commit says`(seed: UInt64) {
        SyncWorld.run(seed: seed) { world in
            let life = Life(world, seed: seed)
            try await world.makeSource { source in
                source.spec.intervalSeconds = 10
                source.spec.timeoutSeconds = 20
                source.spec.healthTimeoutSeconds = 30
            }
            do {
                for _ in 0..<60 {
                    try await life.act()
                    try await world.sleep(life.randomness.duration(upTo: 20_000))
                }
                try await life.check(try await life.settle())
            } catch {
                Issue.record("seed \(seed): \(error)\n\(life.actions.withLock { $0 }.joined(separator: "\n"))")
            }
        }
    }
}

extension SeededRandomness {
    fileprivate func duration(upTo milliseconds: Int) -> Duration { .milliseconds(1 + below(milliseconds)) }
}
