import Ambient
import GitClient
import InfraAPI
import JSON
import ResourceAPI
import Testing

@Suite struct `Rights` {
    @Test func `that are missing are named with the RoleBinding that gives them, and nothing is changed`() {
        SyncWorld.run(prepare: { world in
            world.gate.change { $0.denied = ["patch InstanceSet default"] }
        }) { world in
            let commit = world.server.commit(["key.yaml": Files.secret("key"), "web.yaml": Files.set("web")])
            try await world.makeSource()
            try await world.waitForReason("Forbidden")
            let message = try await world.source().ready?.message ?? ""
            #expect(message.contains("web.yaml:1:1: InstanceSet default/web"), "\(message)")
            #expect(
                message.contains(
                    "RoleBinding in namespace default with role edit and subject {kind: GitSource, name: fleet}"))
            #expect(try await world.client.find(Secret.self, namespace: "default", name: "key") == nil)
            // Somebody gives them: the source goes on by itself.
            world.gate.change { $0.denied = [] }
            var binding = RoleBinding()
            binding.metadata = ObjectMeta(name: "fleet", namespace: "default")
            binding.spec.subject.kind = .gitSource
            binding.spec.subject.name = "fleet"
            binding.spec.role = .edit
            _ = try await world.client.create(binding)
            try await world.wait("it goes on at once", atMost: .seconds(2)) {
                try await world.source().status.lastAppliedCommit == commit.hex
            }
        }
    }

    @Test func `that are taken away are told, and what runs stays`() {
        SyncWorld.run { world in
            let first = world.server.commit(["web.yaml": Files.set("web")])
            try await world.makeSource()
            try await world.waitUntilApplied(first)
            world.gate.change { $0.denied = ["patch InstanceSet default", "get InstanceSet default"] }
            world.server.commit(["web.yaml": Files.set("web", image: "app:v2")])
            try await world.waitForReason("Forbidden")
            #expect(try await world.set("web")?.spec.template.spec.image == "app:v1")
        }
    }

    @Test func `in other namespaces are given there, and the source is named with its own`() {
        SyncWorld.run(prepare: { world in
            try await world.makeNamespace("shop")
            world.gate.change { $0.denied = ["get InstanceSet shop"] }
        }) { world in
            world.server.commit(["web.yaml": Files.set("web", namespace: "shop")])
            try await world.makeSource()
            try await world.waitForReason("Forbidden")
            #expect(
                try await world.source().ready?.message.contains(
                    "RoleBinding in namespace shop with role edit and subject {kind: GitSource, name: fleet, namespace: default}"
                )
                    == true)
        }
    }

    @Test func `a deletion that is forbidden is told and tried again`() {
        SyncWorld.run { world in
            let first = world.server.commit(["a.yaml": Files.secret("a"), "b.yaml": Files.secret("b")])
            try await world.makeSource { $0.spec.prune.maxDeletions = .int(1) }
            try await world.waitUntilApplied(first)
            world.gate.change { $0.denied = ["delete Secret default"] }
            let next = world.server.commit(["a.yaml": Files.secret("a")])
            try await world.waitForReason("Forbidden")
            world.gate.change { $0.denied = [] }
            try await world.waitUntilApplied(next)
            #expect(try await world.client.find(Secret.self, namespace: "default", name: "b") == nil)
        }
    }

    @Test func `the Secret of the credentials is read by the source's identity`() {
        SyncWorld.run(prepare: { world in world.gate.change { $0.denied = ["get Secret default"] } }) { world in
            world.server.commit(["web.yaml": Files.set("web")])
            try await world.makeSource { source in
                source.spec.credentials = GitCredentials()
                source.spec.credentials?.secretRef.name = "login"
            }
            try await world.waitForReason("Forbidden")
            world.gate.change { $0.denied = [] }
            try await world.waitForReason("CredentialsMissing")
            #expect(
                try await world.source().ready?.message.contains("Secret login is not in namespace default") == true)
            var secret = Secret()
            secret.metadata = ObjectMeta(name: "login", namespace: "default")
            secret.data = ["username": Base64.encode(Array("ada".utf8)), "password": Base64.encode(Array("pass".utf8))]
            _ = try await world.client.create(secret)
            try await world.wait("it goes on at once", atMost: .seconds(2)) { try await world.source().isReady }
        }
    }

    @Test func `files of the machine are read below the allowed directories alone`() {
        SyncWorld.run { world in
            world.server.commit(["web.yaml": Files.set("web")])
            for (number, url) in [
                "file:///etc/shadow", "file:///srv/git/../../etc", "file:///srv/gitx/a.git",
                "file:///srv/git/%2e%2e/a.git",
            ].enumerated() {
                try await world.makeSource("bad\(number)") { $0.spec.url = url }
                try await world.waitForReason("URLRefused", "bad\(number)")
            }
            #expect(world.server.polls == 0)
            #expect(try await world.source("bad0").ready?.message.contains("allowed are /srv/git") == true)
            try await world.makeSource("good") { $0.spec.url = "file:///srv/git/fleet.git" }
            try await world.wait("it is read") { try await world.source("good").isReady }
        }
    }

    @Test func `a commit is taken from a known signer only`() {
        SyncWorld.run { world in
            var signers = Secret()
            signers.metadata = ObjectMeta(name: "signers", namespace: "default")
            signers.data = ["allowed_signers": Base64.encode(Array("ada".utf8))]
            _ = try await world.client.create(signers)
            let signed = world.server.commit(["web.yaml": Files.set("web")], signer: "ada")
            try await world.makeSource { source in
                source.spec.verification = GitVerification()
                source.spec.verification?.secretRef.name = "signers"
            }
            try await world.waitUntilApplied(signed)
            #expect(try await world.source().status.conditions["Verified"]?.message == "signed by ada, key SHA256:ada")
            world.server.commit(["web.yaml": Files.set("web", image: "app:v2")])
            try await world.waitForReason("SignatureRefused")
            #expect(try await world.source().status.conditions["Verified"]?.status == .false)
            let byBob = world.server.commit(["web.yaml": Files.set("web", image: "app:v3")], signer: "bob")
            try await world.wait("the next is refused too") {
                try await world.source().ready?.message.contains("signed by bob") == true
            }
            #expect(try await world.set("web")?.spec.template.spec.image == "app:v1")
            try await world.sleep(.seconds(2))
            #expect(try await world.events("SignatureRefused").count == 2)
            // Bob may sign from now on: the same commit is taken.
            signers = try await world.client.get(Secret.self, namespace: "default", name: "signers")
            signers.data = ["allowed_signers": Base64.encode(Array("ada\nbob".utf8))]
            _ = try await world.client.update(signers)
            try await world.waitUntilApplied(byBob)
        }
    }
}
