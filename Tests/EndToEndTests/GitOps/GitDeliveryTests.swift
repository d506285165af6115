import Ambient
import Crypto
import GitServers
import HTTPTransport
import InfraAPI
import JSON
import Testing

extension EndToEnd.GitOps {
    /// A commit is a rollout.
    @Suite struct GitDeliveryTests {
        @Test(arguments: ServerKind.allCases)
        func `a commit replaces containers, and a revert brings the old ones' image back`(kind: ServerKind) async throws
        {
            try await GitBed.with(kind) { git in
                var manifest = Manifest(try await git.bed.image("v1"))
                manifest.replicas = 2
                try await git.delivered(try git.commit(manifest))
                let first = try await git.bed.settled("web")
                let old = try #require(first.set?.status.updateRevision)

                manifest.image = try await git.bed.image("v2")
                let commit = try git.commit(manifest, message: "Release v2")
                let source = try await git.delivered(commit)
                let second = try await git.bed.settled("web", after: old)
                #expect(second.ids.isDisjoint(with: first.ids))
                #expect(source.status.history.last?.subject == "Release v2")
                #expect(source.status.inventory.map(\.name) == ["web"])
                try await git.bed.expectNothingLeaked(second)

                manifest.image = try await git.bed.image("v1")
                try await git.delivered(try git.commit(manifest, message: "Revert \"Release v2\""))
                let third = try await git.bed.wait(for: "web", "back on the first revision") {
                    $0.isSettled && $0.set?.status.updateRevision == old
                        && $0.instances.allSatisfy { $0.spec.revision == old }
                }
                try await git.bed.expectNothingLeaked(third)
            }
        }

        @Test func `a tag, a range of versions and a rewritten history are followed`() async throws {
            try await GitBed.with(.daemon, ["ref": ["semver": "1.x"]]) { git in
                var manifest = Manifest(try await git.bed.image("v1"))
                manifest.replicas = 1
                let first = try git.commit(manifest)
                try git.repository.tag("v1.0.0", first)
                try await git.delivered(first)
                // Commits do nothing before they have a tag in the range.
                manifest.environment = [("STEP", "2")]
                let second = try git.commit(manifest)
                try git.repository.tag("v2.0.0", second)
                try git.repository.tag("v1.1.0-rc.1", second)
                try await git.sync()
                try await git.wait(for: "the sync") { $0.status.syncToken != nil }
                #expect(try await git.source().status.lastAppliedCommit == first)
                try git.repository.tag("v1.1.0", second, isAnnotated: true)
                try await git.sync()
                try await git.delivered(second)

                try await git.apply(
                    source: "fleet",
                    ["url": .string(git.server.url(git.repository)), "path": "fleet", "intervalSeconds": 5])
                manifest.environment = [("STEP", "3")]
                let rewritten = try git.repository.commit(
                    ["fleet/web.yaml": .text(manifest.json.encodedString())], message: "Another history", parent: "")
                try await git.sync()
                try await git.delivered(rewritten)
                let fleet = try await git.bed.settled("web")
                #expect(fleet.set?.spec.template.spec.env.first?.value == "3")
            }
        }

        @Test func `a delivery of the Git server's starts the rollout at once`() async throws {
            try await GitBed.with { git in
                try await git.make(secret: "hook", ["token": "a secret that both know"])
                try await git.apply(
                    source: "fleet",
                    [
                        "url": .string(git.server.url(git.repository)), "path": "fleet", "ref": ["branch": "main"],
                        "intervalSeconds": 3600, "webhook": ["type": "GitHub", "secretRef": ["name": "hook"]],
                    ])
                var manifest = Manifest(try await git.bed.image("v1"))
                manifest.replicas = 1
                let commit = try git.commit(manifest)
                let body = Array(#"{"ref":"refs/heads/main","after":"\#(commit)"}"#.utf8)
                #expect(try await git.deliver(body, key: "another secret", id: "1") == 401)
                #expect(try await git.deliver(body, key: "a secret that both know", id: "2") == 202)
                try await git.delivered(commit)
                let token = try await git.source().status.syncToken
                #expect(try await git.deliver(body, key: "a secret that both know", id: "2") == 200, "repeated")
                #expect(try await git.source().metadata.annotations[GitSource.syncAnnotation] == token)
                try await git.bed.settled("web")
            }
        }
    }
}

extension GitBed {
    /// What GitHub sends; returns the answer's code.
    fileprivate func deliver(_ body: [UInt8], key: String, id: String) async throws -> Int {
        let code = HMAC<SHA256>.authenticationCode(for: body, using: SymmetricKey(data: Array(key.utf8)))
        let digits = Array("0123456789abcdef".utf8)
        let hex = String(decoding: code.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
        let transport = HTTPTransport(endpoint: .unix(path: bed.daemon.socket))
        defer { transport.shutdown() }
        let request = HTTPRequest(
            .post, "/hooks/default/fleet",
            headers: [
                "Content-Type": "application/json", "X-GitHub-Event": "push", "X-GitHub-Delivery": id,
                "X-Hub-Signature-256": "sha256=\(hex)",
            ], body: body)
        return try await transport.send(request).status
    }
}
