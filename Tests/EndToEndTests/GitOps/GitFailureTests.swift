import Ambient
import GitServers
import InfraAPI
import JSON
import Testing

extension EndToEnd.GitOps {
    /// What goes wrong in a repository or at its server touches nothing that runs, and the next commit mends it.
    @Suite struct GitFailureTests {
        @Test func `a bad commit changes nothing and says where, and the next one goes through`() async throws {
            try await GitBed.with { git in
                var manifest = Manifest(try await git.bed.image("v1"))
                manifest.replicas = 2
                try await git.delivered(try git.commit(manifest))
                let before = try await git.bed.settled("web")

                // A good change beside a bad one: neither is made.
                manifest.environment = [("STEP", "2")]
                let bad = try git.repository.commit([
                    "fleet/web.yaml": .text(manifest.json.encodedString()),
                    "fleet/other.yaml": .text(
                        """
                        apiVersion: imm.dev/v1alpha1
                        kind: InstanceSet
                        metadata:
                          name: other
                        spec:
                          replicsa: 1
                          template:
                            spec:
                              image: app:v1
                        """),
                ])
                let refused = try await git.refused("ManifestInvalid", at: bad)
                let message = try #require(refused.ready?.message)
                #expect(message.contains("fleet/other.yaml:6:3"), "\(message)")
                #expect(message.contains(bad.prefix(7)) && message.contains("replicas"), "\(message)")
                #expect(refused.status.history.last?.outcome == .refused)
                let still = try await git.bed.fleet("web")
                #expect(still.ids == before.ids && still.set?.metadata.generation == before.set?.metadata.generation)
                #expect(try await git.bed.fleet("other").set == nil)

                // What only the server can refuse: a claim that shrinks, here of a set that has none.
                let forbidden = try git.repository.commit([
                    "fleet/other.yaml": .text(
                        """
                        apiVersion: imm.dev/v1alpha1
                        kind: Provider
                        metadata:
                          name: mine
                        """)
                ])
                let denied = try await git.refused("Forbidden", at: forbidden)
                #expect(denied.ready?.message.contains("RoleBinding") == true, "\(denied.ready?.message ?? "")")
                #expect(try await git.bed.fleet("web").ids == before.ids)

                let fixed = try git.repository.commit(["fleet/other.yaml": nil])
                try await git.delivered(fixed)
                let after = try await git.bed.settled("web", after: before.set?.status.updateRevision)
                try await git.bed.expectNothingLeaked(after)
            }
        }

        @Test func `a broken image is rolled back, the sync does not fight it, and the next commit mends it`()
            async throws
        {
            try await GitBed.with { git in
                var manifest = Manifest(try await git.bed.image("v1"))
                manifest.replicas = 2
                manifest.spec = ["minReadySeconds": 1]
                try await git.delivered(try git.commit(manifest))
                let proven = try await git.bed.wait(for: "web", "v1 is proven", .seconds(90)) {
                    $0.isSettled && $0.set?.status.lastProvenRevision != nil
                }
                let good = manifest.command
                manifest.command = ["/bin/sh", "-c", "exit 3"]
                let broken = try git.commit(manifest)
                let rejected = try await git.refused("Rejected", at: broken)
                #expect(rejected.status.rejected.map(\.name) == ["web"])
                #expect(rejected.status.lastAppliedCommit == broken, "it was applied; what it made was not good")
                let back = try await git.bed.wait(for: "web", "rolled back", .seconds(60)) { fleet in
                    fleet.condition("Ready")?.reason == "RolledBack" && fleet.set?.status.availableReplicas == 2
                        && fleet.instances.count == 2
                        && fleet.instances.allSatisfy { $0.spec.revision == proven.set?.status.lastProvenRevision }
                }

                // Many looks, and a commit that changes something else: the rejected content stays where it is.
                for _ in 1...3 {
                    let before = try await git.source().status.syncToken
                    try await git.sync()
                    try await git.wait(for: "the sync is obeyed") { $0.status.syncToken != before }
                }
                let elsewhere = try git.repository.commit(["README.md": .text("Nothing to do with it.\n")])
                try await git.refused("Rejected", at: elsewhere)
                let still = try await git.bed.fleet("web")
                #expect(still.ids == back.ids, "nothing was tried again: \(still)")

                manifest.command = good
                manifest.environment = [("STEP", "2")]
                let fixed = try git.commit(manifest)
                let source = try await git.delivered(fixed)
                #expect(source.status.rejected.isEmpty)
                try await git.bed.expectNothingLeaked(try await git.bed.settled("web"))
            }
        }

        @Test func `a branch that is deleted, and a server that is down, leave what runs alone`() async throws {
            try await GitBed.with { git in
                var manifest = Manifest(try await git.bed.image("v1"))
                manifest.replicas = 1
                let first = try git.commit(manifest)
                try await git.delivered(first)
                let before = try await git.bed.settled("web")

                git.server.stop()
                try await git.sync()
                try await git.refused("ServerUnreachable")
                try git.server.start()
                try await git.sync()
                try await git.delivered(first)

                try git.repository.delete("main")
                try await git.sync()
                let gone = try await git.refused("NotFound")
                #expect(gone.ready?.message.contains("main") == true)
                #expect(gone.status.inventory.map(\.name) == ["web"])
                #expect(try await git.bed.fleet("web").ids == before.ids)

                manifest.environment = [("STEP", "2")]
                let again = try git.commit(manifest)
                try await git.sync()
                try await git.delivered(again)
                try await git.bed.settled("web", after: before.set?.status.updateRevision)
            }
        }

        @Test func `immd killed between commits goes on where it was`() async throws {
            try await GitBed.with { git in
                var manifest = Manifest(try await git.bed.image("v1"))
                manifest.replicas = 1
                try await git.delivered(try git.commit(manifest))
                for step in 2...4 {
                    manifest.environment = [("STEP", "\(step)")]
                    let commit = try git.commit(manifest)
                    try await git.sync()
                    // In the middle of a fetch, of an apply, of a rollout.
                    try await Task.sleep(for: .milliseconds(60 * step * step))
                    git.bed.daemon.crash()
                    try await git.bed.daemon.start()
                    try await git.delivered(commit)
                    let fleet = try await git.bed.settled("web")
                    #expect(fleet.set?.spec.template.spec.env.first?.value == "\(step)")
                    try await git.bed.expectNothingLeaked(fleet)
                }
            }
        }
    }
}
