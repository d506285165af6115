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
                let since = SystemTime().now
                try await bed.apply(manifest)
                let second = try await bed.settled("web", after: first.set?.status.updateRevision)
                // From the engine's own events: a look now and then would miss what lasts a moment.
                var (running, fewest, most) = (3, 3, 3)
                for event in try await bed.events(since: since, until: SystemTime().now) {
                    if event.action == "start" { running += 1 }
                    if event.action == "die" { running -= 1 }
                    (fewest, most) = (min(fewest, running), max(most, running))
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
