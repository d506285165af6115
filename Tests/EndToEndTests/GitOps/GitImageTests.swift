import DockerEngine
import GitServers
import InfraAPI
import JSON
import Testing

extension EndToEnd.GitOps {
    /// Newer images of a registry become commits, and commits roll-outs.
    @Suite(.enabled(if: RegistryServer.isThere, "needs docker-registry"))
    struct GitImageTests {
        private static let branch = "imm/updates"

        @Test(arguments: [ServerKind.https, .ssh])
        func `a newer image is proposed on a branch with its digest, and runs once that is merged`(
            kind: ServerKind
        ) async throws {
            let registry = try RegistryServer()
            defer { registry.end() }
            let image = "\(registry.address)/shop/web"
            let updates: JSONValue = [
                "imageUpdates": [
                    "branch": .string(Self.branch), "intervalSeconds": 30,
                    "images": [["image": .string(image), "semver": "^1.0"]],
                ]
            ]
            try await GitBed.with(kind, updates) { git in
                for (tag, version) in [("1.0.0", "v1"), ("1.1.0", "v2"), ("2.0.0", "v3")] {
                    try await push(try await git.bed.image(version), to: image, tag, git.bed)
                }
                var manifest = Manifest("\(image):1.0.0")
                manifest.replicas = 1
                let first = try git.commit(manifest)
                try await git.delivered(first)
                let before = try await git.bed.settled("web")

                let source = try await git.wait(for: "a proposal") { $0.status.proposal != nil }
                let proposal = try #require(source.status.proposal)
                let pinned = try #require(proposal.images.first)
                #expect(proposal.images.count == 1 && pinned.hasPrefix("\(image):1.1.0@sha256:"))
                #expect(git.repository.tip(Self.branch) == proposal.commit && git.repository.tip("main") == first)
                #expect(try git.repository.log(proposal.commit, format: "%P") == first)
                #expect(try git.repository.log(proposal.commit, format: "%s") == "Update \(image):1.1.0")
                let text = String(
                    decoding: try git.repository.show(proposal.commit, file: "fleet/web.yaml"), as: UTF8.self)
                #expect(text == manifest.json.encodedString().replacing("\(image):1.0.0", with: pinned))
                #expect(try await git.bed.settled("web").ids == before.ids, "nothing runs before it is merged")

                try git.repository.move("main", to: proposal.commit)
                try await git.sync()
                try await git.delivered(proposal.commit)
                let old = try #require(before.set?.status.updateRevision)
                let after = try await git.bed.settled("web", after: old)
                #expect(after.ids.isDisjoint(with: before.ids))
                let digest = try #require(pinned.split(separator: "@").last)
                #expect(after.instances.allSatisfy { $0.status.imageDigest?.hasSuffix(digest) == true })
                try await git.wait(for: "nothing more to propose") {
                    $0.status.conditions["ImageUpdates"]?.reason == "UpToDate"
                }
            }
        }

        private func push(_ built: String, to image: String, _ tag: String, _ bed: Bed) async throws {
            try await bed.engine.tagImage(built, repository: image, tag: tag)
            try await bed.engine.pushImage(repository: image, tag: tag)
            _ = try await bed.engine.removeImage("\(image):\(tag)", force: false)
        }
    }
}
