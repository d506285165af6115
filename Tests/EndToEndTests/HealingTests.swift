import APIClient
import Ambient
import DockerEngine
import HTTPTransport
import InfraAPI
import JSON
import ResourceAPI
import Testing

extension EndToEnd {
    @Suite struct HealingTests {
        @Test(arguments: [false, true])
        func `a container that is killed or removed by hand is replaced`(hasVolumes: Bool) async throws {
            try await Bed.with { bed in
                let image = try await bed.image("v1")
                let manifest = hasVolumes ? Manifest.writers(image, name: "web") : Manifest(image)
                try await bed.apply(manifest)
                let first = try await bed.settled("web")
                if hasVolumes { try await bed.written(first, by: "v1") }

                let killed = try #require(first.instances[0].status.providerID)
                try await bed.engine.killContainer(killed)
                let second = try await bed.wait(for: "web", "the killed one replaced") {
                    $0.isSettled && !$0.ids.contains(killed)
                }
                #expect(second.ids.isSuperset(of: first.instances.dropFirst().compactMap(\.status.providerID)))
                try await bed.expectNothingLeaked(second)

                let removed = try #require(first.instances[1].status.providerID)
                try await bed.engine.removeContainer(removed, force: true)
                let third = try await bed.wait(for: "web", "the removed one replaced") {
                    $0.isSettled && !$0.ids.contains(removed)
                }
                #expect(third.ids.isSuperset(of: second.ids.subtracting([removed])))
                try await bed.expectNothingLeaked(third)
                if hasVolumes {
                    #expect(third.volumes.map(\.status.epoch) == [2, 2, 1])
                    #expect(third.volumes.map(\.status.receipts.count) == [1, 1, 0])
                    try await bed.written(third, by: "v1")
                }
            }
        }

        /// Without a probe and minReadySeconds an instance that ends at once may be seen to run: one slot can fall for it.
        @Test(arguments: [(minReadySeconds: 1, lost: 0), (minReadySeconds: 0, lost: 1)])
        func `a release that crashes with nothing proven stops under Stalled, and the old instances go on serving`(
            minReadySeconds: Int64, lost: Int
        ) async throws {
            try await Bed.with { bed in
                var manifest = Manifest(try await bed.image("v1"))
                manifest.strategy = ["maxSurge": 1, "maxUnavailable": 0]
                manifest.spec = ["minReadySeconds": .int(minReadySeconds)]
                try await bed.apply(manifest)
                let first = try await bed.settled("web")

                manifest.command = ["/bin/sh", "-c", "echo it breaks; exit 3"]
                try await bed.apply(manifest)
                let stalled = try await bed.wait(for: "web", "the crash loop is told", .seconds(60)) { fleet in
                    try await bed.expectServing(first, missing: lost)
                    return fleet.condition("Stalled")?.status == .true
                }
                let condition = try #require(stalled.condition("Stalled"))
                #expect(condition.reason == "Rejected")
                #expect(
                    condition.message.contains("exited with code 3"), "the exit code is not in: \(condition.message)")
                let rejected = try #require(stalled.revisions.last?.status)
                #expect(rejected.verdict == .rejected)
                #expect(rejected.evidence?.exitCode == 3)
                #expect(stalled.condition("Ready")?.status == .false)
                #expect(stalled.condition("Reconciling") == nil, "kstatus would go on waiting")
                // A slot that serves nobody is tried again, each time later than the one before; no other one is.
                let tries = try #require(stalled.set?.status.slotFailures.map(\.count).max())
                for _ in 1...40 {
                    try await Task.sleep(for: .milliseconds(200))
                    try await bed.expectServing(first, missing: lost)
                }
                let later = try await bed.fleet("web")
                let triesLater = try #require(later.set?.status.slotFailures.map(\.count).max())
                #expect(triesLater <= tries + 5, "\(later)")
                #expect(later.set?.status.slotFailures.filter { $0.count > 1 }.count ?? 0 <= lost, "\(later)")

                manifest.command = []
                try await bed.apply(manifest)
                let healed = try await bed.settled("web")
                #expect(healed.ids.intersection(first.ids).count >= 3 - lost)
                #expect(healed.condition("Stalled") == nil)
                try await bed.expectNothingLeaked(healed)
            }
        }
    }
}

extension Bed {
    /// Checks that all of the fleet's containers but some still run, and that the budget of one above it is kept.
    fileprivate func expectServing(
        _ fleet: Fleet, missing: Int, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let held = try await containers()
        let running = Set(held.filter { $0.state == "running" }.map(\.id))
        #expect(
            fleet.ids.subtracting(running).count <= missing, "an old instance was given up for one that never served",
            sourceLocation: sourceLocation)
        #expect(held.count <= fleet.ids.count + 1, sourceLocation: sourceLocation)
    }
}
