import Ambient
import GitServers
import InfraAPI
import JSON
import Testing

extension EndToEnd.GitOps {
    /// `immctl gitops` beside the controller that it tells of.
    @Suite struct GitCommandTests {
        /// A checkout of the fleet with one manifest.
        private func checkout(_ manifest: Manifest) throws -> ScratchDirectory {
            let directory = try ScratchDirectory("checkout")
            _ = try directory.make("fleet")
            try directory.write("fleet/\(manifest.name).yaml", manifest.json.encodedString())
            return directory
        }

        private func sync(_ git: GitBed, exits code: Int32 = 0) async throws -> String {
            try await git.bed.immctl("gitops", "sync", "fleet", "--wait", "--timeout", "60s", exits: code)
        }

        @Test func `sync --wait ends with what became of the commit, and diff tells what the next one would change`()
            async throws
        {
            try await GitBed.with { git in
                let bed = git.bed
                var manifest = Manifest(try await bed.image("v1"))
                manifest.replicas = 1
                let first = try git.commit(manifest, message: "Begin")
                let done = try await sync(git)
                #expect(done.contains("gitsource.imm.dev/fleet is ready at \(first.prefix(12))"), "\(done)")
                try await bed.settled("web")
                let table = try await bed.immctl("gitops", "status")
                #expect(table.contains("True") && table.contains("Begin") && table.contains(String(first.prefix(12))))

                manifest.replicas = 2
                let checkout = try checkout(manifest)
                defer { checkout.remove() }
                let same = try await bed.immctl("gitops", "diff", "fleet", exits: 0)
                #expect(same.isEmpty, "\(same)")
                let diff = try await bed.immctl("gitops", "diff", "fleet", "--path", checkout.path, exits: 1)
                #expect(diff.contains("-  replicas: 1") && diff.contains("+  replicas: 2"), "\(diff)")

                let bad = try git.repository.commit(["fleet/web.yaml": .text("kind: InstanceSett\n")], message: "Typo")
                let failed = try await sync(git, exits: 1)
                #expect(failed.contains("ManifestInvalid") && failed.contains("fleet/web.yaml:1:1"), "\(failed)")
                let history = try await bed.immctl("gitops", "history", "fleet")
                #expect(history.contains("Refused") && history.contains(String(bad.prefix(12))), "\(history)")

                try await bed.immctl("gitops", "suspend", "fleet")
                let suspended = try await sync(git, exits: 1)
                #expect(suspended.contains("immctl gitops resume fleet"), "\(suspended)")
                try git.commit(manifest, message: "Mend")
                try await bed.immctl("gitops", "resume", "fleet")
                _ = try await sync(git)
                let fleet = try await bed.settled("web")
                #expect(fleet.instances.count == 2)
            }
        }

        @Test func `a hand on the fleet shows in a diff while it stands`() async throws {
            try await GitBed.with(.daemon, ["drift": "Report"]) { git in
                var manifest = Manifest(try await git.bed.image("v1"))
                manifest.replicas = 1
                try await git.delivered(try git.commit(manifest))
                try await git.bed.immctl("scale", "instanceset/web", "--replicas", "2")
                let said = try await git.bed.immctl("gitops", "diff", "fleet", exits: 1)
                #expect(said.contains("spec.replicas") && said.contains("immctl set it"), "\(said)")
                try await git.wait(for: "the drift to be told") { $0.status.conditions["Drifted"]?.status == .true }
            }
        }
    }
}
