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

        @Test func `a release that crashes backs off under Stalled, and the old instances go on serving`() async throws {
            try await Bed.with { bed in
                var manifest = Manifest(try await bed.image("v1"))
                manifest.strategy = ["maxSurge": 1, "maxUnavailable": 0]
                manifest.spec = ["minReadySeconds": 1]
                try await bed.apply(manifest)
                let first = try await bed.settled("web")

                manifest.command = ["/bin/sh", "-c", "echo it breaks; exit 3"]
                try await bed.apply(manifest)
                let stalled = try await bed.wait(for: "web", "the crash loop is told", .seconds(60)) { fleet in
                    let running = Set(try await bed.containers().filter { $0.state == "running" }.map(\.id))
                    #expect(running.isSuperset(of: first.ids), "an old instance was given up for one that never served")
                    return fleet.condition("Stalled")?.status == .true
                }
                let condition = try #require(stalled.condition("Stalled"))
                #expect(condition.reason == "CrashLooping")
                #expect(condition.message.contains("3"), "the exit code is not in: \(condition.message)")
                #expect(stalled.condition("Ready")?.status == .false)
                #expect(stalled.condition("Available")?.status == .true)
                // Backing off: the count of failures stands in the status, and the tries get rarer.
                let failure = try #require(stalled.set?.status.slotFailures.first)
                #expect(failure.count >= 3)
                #expect(try await bed.containers().count <= 4)

                manifest.command = []
                try await bed.apply(manifest)
                let healed = try await bed.settled("web")
                #expect(healed.ids == first.ids)
                #expect(healed.condition("Stalled") == nil)
                try await bed.expectNothingLeaked(healed)
            }
        }
    }
}
