import Ambient
import GitServers
import InfraAPI
import JSON
import ResourceAPI
import Testing

extension EndToEnd.GitOps {
    /// Who may change what: prunes, signatures, rights, and two who want the same field.
    @Suite struct GitSafetyTests {
        @Test func `a large prune waits for a person, and volumes outlive it`() async throws {
            try await GitBed.with(.daemon, ["prune": ["maxDeletions": 1]]) { git in
                let image = try await git.bed.image("v1")
                let names = ["a", "b", "c"]
                let all = names.map { name in
                    var manifest = Manifest.writers(image, name: name, replicas: 1)
                    manifest.replicas = 1
                    return manifest
                }
                try await git.delivered(try git.commit(all[0], all[1], all[2]), .seconds(90))
                let commit = try git.repository.commit(["fleet/a.yaml": nil, "fleet/b.yaml": nil])
                let waiting = try await git.wait(for: "the prune waits") { $0.status.pendingPrune?.commit == commit }
                #expect(waiting.status.pendingPrune?.objects.map(\.name).sorted() == ["a", "b"])
                for name in names { #expect(try await git.bed.fleet(name).isSettled, "\(name) runs on") }

                let shown = try await git.bed.immctl(
                    "gitops", "approve", "fleet", "--reason", "they moved away", "--yes")
                #expect(shown.contains("a") && shown.contains("b"))
                try await git.wait(for: "pruned") { $0.status.pendingPrune == nil && $0.status.inventory.count == 1 }
                for name in ["a", "b"] {
                    try await git.bed.wait(for: name, "\(name) is gone") { $0.set == nil && $0.instances.isEmpty }
                    let fleet = try await git.bed.fleet(name)
                    #expect(fleet.volumes.count == 1 && fleet.volumes[0].status.orphanedAt != nil, "its data stays")
                }
                // A manifest that returns gets its data back.
                let uid = try await git.bed.fleet("a").volumes.first?.uid
                try await git.delivered(try git.commit(all[0]))
                let again = try await git.bed.settled("a")
                #expect(again.volumes.map(\.uid) == [uid] && again.volumes[0].status.orphanedAt == nil)
                // No render at all is nobody's wish.
                let empty = try git.repository.commit(["fleet/a.yaml": nil, "fleet/c.yaml": nil])
                try await git.refused("EmptyRender", at: empty)
                #expect(try await git.bed.fleet("c").isSettled)
            }
        }

        @Test func `only commits of known signers are let in`() async throws {
            try await GitBed.with(.daemon, ["verification": ["secretRef": ["name": "signers"]]]) { git in
                let known = try SSHSigner(git.host.scratch, "known")
                let unknown = try SSHSigner(git.host.scratch, "unknown")
                let keys = try OpenPGPKeys()
                defer { keys.end() }
                let pgp = try keys.make("release@example.org")
                try await git.make(
                    secret: "signers",
                    ["allowed_signers": known.allowed("dev@example.org"), "release.asc": try keys.export(pgp)])
                var manifest = Manifest(try await git.bed.image("v1"))
                manifest.replicas = 1
                func signed(_ step: Int, _ signer: (any CommitSigner)?) throws -> String {
                    manifest.environment = [("STEP", "\(step)")]
                    return try git.repository.commit(
                        ["fleet/web.yaml": .text(manifest.json.encodedString())], signer: signer)
                }
                let unsigned = try await git.refused("SignatureRefused", at: try signed(1, nil))
                #expect(unsigned.status.lastAppliedCommit == nil)
                try await git.delivered(try signed(2, known))
                try await git.refused("SignatureRefused", at: try signed(3, unknown))
                #expect(try await git.bed.fleet("web").set?.spec.template.spec.env.first?.value == "2")
                try await git.delivered(try signed(4, pgp))
                let events = try await git.bed.client.list(Event.self, in: "default").items
                #expect(events.contains { $0.reason == "SignatureRefused" && $0.involvedObject.name == "fleet" })
            }
        }

        @Test func `a source without rights, and one that wants what is a person's, change nothing`() async throws {
            try await GitBed.with(role: nil) { git in
                var manifest = Manifest(try await git.bed.image("v1"))
                manifest.replicas = 1
                let commit = try git.commit(manifest)
                let denied = try await git.refused("Forbidden", at: commit)
                #expect(denied.ready?.message.contains("RoleBinding") == true)

                // A person was there first, with other values.
                var theirs = manifest
                theirs.replicas = 2
                try await git.bed.apply(theirs)
                try await git.bed.settled("web")
                try await git.bind(.edit)
                try await git.sync()
                let conflict = try await git.refused("FieldConflict", at: commit)
                #expect(conflict.ready?.message.contains("immctl") == true, "\(conflict.ready?.message ?? "")")
                #expect(try await git.bed.fleet("web").set?.spec.replicas == 2)
            }
        }

        @Test
        func `a person who applies to what a source owns is told whose it is, and a change by force is taken back`()
            async throws
        {
            try await GitBed.with { git in
                var manifest = Manifest(try await git.bed.image("v1"))
                manifest.replicas = 1
                try await git.delivered(try git.commit(manifest))
                try await git.bed.settled("web")
                manifest.replicas = 2
                let file = git.bed.directory + "/web.json"
                try write(manifest.json.encodedString(), to: file)
                let said = try await git.bed.immctl("apply", "-f", file, exits: 4)
                #expect(said.contains("imm-gitops-fleet") && said.contains("spec.replicas"), "\(said)")
                try await git.bed.patch("web", ["spec": ["replicas": 3]])
                try await git.bed.wait(for: "web", "the change is taken back") {
                    $0.isSettled && $0.set?.spec.replicas == 1
                }
            }
        }
    }
}
