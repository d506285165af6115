import APIClient
import Ambient
import DockerEngine
import HTTPTransport
import InfraAPI
import JSON
import ResourceAPI
import Testing

extension EndToEnd {
    @Suite struct RolloutTests {
        @Test func `a new image replaces every instance, the incoming ones first`() async throws {
            try await Bed.with { bed in
                var manifest = Manifest(try await bed.image("v1"))
                manifest.strategy = ["maxSurge": 1, "maxUnavailable": 0]
                try await bed.apply(manifest)
                let first = try await bed.settled("web")
                #expect(first.instances.map(\.spec.slot) == [0, 1, 2])
                #expect(first.ids.count == 3)
                try await bed.expectNothingLeaked(first)

                manifest.image = try await bed.image("v2")
                try await bed.apply(manifest)
                var fewest = 3
                var most = 0
                let second = try await bed.wait(for: "web", "web on v2", every: .milliseconds(20)) { fleet in
                    let running = try await bed.containers().filter { $0.state == "running" }.count
                    fewest = min(fewest, running)
                    most = max(most, running)
                    return fleet.isSettled && fleet.set?.status.updateRevision != first.set?.status.updateRevision
                }
                #expect(fewest == 3, "an outgoing instance was stopped before its incoming one ran")
                #expect(most == 4, "one at a time above the replicas")
                #expect(second.ids.count == 3)
                #expect(second.ids.isDisjoint(with: first.ids))
                #expect(Set(second.instances.map(\.metadata.uid)).isDisjoint(with: first.instances.map(\.metadata.uid)))
                try await bed.expectNothingLeaked(second)
                for instance in second.instances {
                    #expect(try await bed.run("cat /VERSION", in: instance) == "v2")
                }
                for id in first.ids {
                    await #expect(throws: (any Error).self) { try await bed.engine.inspectContainer(id) }
                }
            }
        }
    }
}
