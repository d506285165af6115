import APIClient
import Ambient
import DockerEngine
import HTTPTransport
import InfraAPI
import JSON
import ResourceAPI
import Testing

extension EndToEnd {
    @Suite struct VerdictTests {
        @Test(arguments: [false, true])
        func `a release that crashes is rolled back to what was proven, until something else is asked for`(
            hasVolumes: Bool
        ) async throws {
            try await Bed.with { bed in
                let image = try await bed.image("v1")
                var manifest = hasVolumes ? Manifest.writers(image, name: "web") : Manifest(image)
                manifest.spec = ["minReadySeconds": 1]
                try await bed.apply(manifest)
                let first = try await bed.wait(for: "web", "v1 is proven", .seconds(90)) {
                    $0.isSettled && $0.set?.status.lastProvenRevision != nil
                }
                let good = manifest.command

                manifest.command = ["/bin/sh", "-c", "echo it breaks; exit 3"]
                try await bed.apply(manifest)
                let back = try await bed.rolledBack("web", "to v1")
                #expect(back.set?.status.targetRevision == first.set?.status.currentRevision)
                #expect(back.ids.intersection(first.ids).count >= 2, "who was healthy on v1 is kept")
                let condition = try #require(back.condition("Ready"))
                #expect(condition.message.contains("exited with code 3"), "\(condition.message)")
                #expect(back.condition("Stalled")?.reason == "RolledBack")
                #expect(back.set?.spec.template.spec.command == manifest.command, "spec is the user's")
                let evidence = try #require(back.revisions.last?.status.evidence)
                #expect(evidence.reason == "Died" && evidence.exitCode == 3)
                try await bed.expectNothingLeaked(back)

                // The same again changes nothing; a scale-up keeps the proven revision.
                try await bed.apply(manifest)
                manifest.replicas = 4
                try await bed.apply(manifest)
                let four = try await bed.rolledBack("web", "four of v1")
                #expect(four.ids.isSuperset(of: back.ids))

                // Tried again because somebody says so, and rejected again.
                try await bed.patch("web", ["metadata": ["annotations": ["imm.dev/retry": "1"]]])
                try await bed.wait(for: "web", "the retry is obeyed") { $0.set?.status.retryToken == "1" }
                let again = try await bed.rolledBack("web", "to v1 again")
                #expect(again.revisions.last?.status.retriedAt != nil)

                manifest.command = good
                try await bed.apply(manifest)
                let healed = try await bed.settled("web")
                #expect(healed.condition("Stalled") == nil)
                try await bed.expectNothingLeaked(healed)
            }
        }

        @Test func `a container that somebody stops blames nobody`() async throws {
            try await Bed.with { bed in
                try await bed.apply(Manifest(try await bed.image("v1")))
                let first = try await bed.settled("web")
                let stopped = try #require(first.instances[0].status.providerID)
                // It answers SIGTERM, and exits with 0.
                _ = try await bed.engine.stopContainer(stopped, grace: .seconds(5))
                let second = try await bed.wait(for: "web", "the stopped one replaced") {
                    $0.isSettled && !$0.ids.contains(stopped)
                }
                #expect(second.revisions.map(\.status.verdict) == [.pending])
            }
        }
    }
}

extension Bed {
    /// Rolled back, and every slot serves.
    @discardableResult
    fileprivate func rolledBack(_ set: String, _ what: String) async throws -> Fleet {
        try await wait(for: set, "rolled back: \(what)", .seconds(60)) { fleet in
            guard let set = fleet.set, fleet.condition("Ready")?.reason == "RolledBack" else { return false }
            return set.status.observedGeneration == set.metadata.generation
                && set.status.availableReplicas == set.spec.replicas && fleet.instances.count == set.spec.replicas
                && fleet.instances.allSatisfy { $0.spec.revision == set.status.targetRevision }
        }
    }
}
