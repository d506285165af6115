import Ambient
import GitServers
import Testing

@testable import GitClient

/// Whose signature counts.
@Suite struct SignatureTests {
    private func verify(
        _ site: Site, _ repository: TestRepository, _ commit: String, _ signers: GitSigners
    ) async throws -> GitSignature {
        let id = try commitID(commit)
        try await site.mirror.fetch(id, from: site.remote(repository), depth: 1)
        return try await site.mirror.verify(id, signers: signers)
    }

    private func refusal(
        _ site: Site, _ repository: TestRepository, _ commit: String, _ signers: GitSigners
    ) async throws -> String {
        let error = await #expect(throws: GitError.self) { try await verify(site, repository, commit, signers) }
        #expect(error?.kind == .unverified, "\(error?.message ?? "")")
        #expect(error?.message.contains(commit) == true)
        return error?.message ?? ""
    }

    @Test func `an ssh key that may sign is named`() async throws {
        try await Site.with(.file) { site in
            let repository = try site.host.repository("fleet")
            let alice = try SSHSigner(site.place, "alice")
            let commit = try repository.commit(["a": .text("1")], signer: alice)
            let signers = GitSigners(sshSigners: "# who may\n" + alice.allowed("alice@example.com"))
            let signature = try await verify(site, repository, commit, signers)
            #expect(signature.signer == "alice@example.com")
            #expect(signature.key.hasPrefix("SHA256:"))
        }
    }

    @Test func `other ssh signatures count for nothing, and it is said why`() async throws {
        try await Site.with(.file) { site in
            let repository = try site.host.repository("fleet")
            let alice = try SSHSigner(site.place, "alice")
            let mallory = try SSHSigner(site.place, "mallory")
            let allowed = GitSigners(sshSigners: alice.allowed("alice@example.com"))
            let plain = try repository.commit(["a": .text("0")])
            #expect(try await refusal(site, repository, plain, allowed).contains("is not signed"))
            let unknown = try repository.commit(["a": .text("1")], signer: mallory)
            #expect(try await refusal(site, repository, unknown, allowed).contains("does not name"))
            let good = try repository.commit(["a": .text("2")], message: "Good", signer: alice)
            let tampered = try repository.rewritten(good) { $0.replacing("Good", with: "Evil") }
            #expect(try await refusal(site, repository, tampered, allowed).contains("changed after it was signed"))
            #expect(try await refusal(site, repository, good, GitSigners()).contains("no ssh key may sign"))
            let expired = GitSigners(sshSigners: alice.allowed("alice@x", options: "valid-before=\"20200101\""))
            #expect(try await refusal(site, repository, good, expired).contains("expired"))
            let other = GitSigners(sshSigners: alice.allowed("alice@x", options: "namespaces=\"file\""))
            #expect(try await refusal(site, repository, good, other).contains("sign for git"))
            let garbage = GitSigners(sshSigners: "nothing of use\n")
            _ = try await refusal(site, repository, good, garbage)
            // A signature taken from another commit.
            let header = try repository.rewritten(good) { text in
                text.replacing("gpgsig ", with: "gpgsig -----BEGIN SSH SIGNATURE-----\n AAAA\n gpgother ")
            }
            _ = try await refusal(site, repository, header, allowed)
        }
    }

    @Test func `an OpenPGP key that may sign is named`() async throws {
        let keys = try OpenPGPKeys()
        defer { keys.end() }
        try await Site.with(.file) { site in
            let repository = try site.host.repository("fleet")
            let alice = try keys.make("alice@example.com")
            let bob = try keys.make("bob@example.com")
            let commit = try repository.commit(["a": .text("1")], signer: bob)
            let signers = GitSigners(openPGPKeys: [try keys.export(alice), try keys.export(bob)])
            let signature = try await verify(site, repository, commit, signers)
            #expect(signature == GitSignature(signer: "Tester <bob@example.com>", key: bob.fingerprint))
            #expect(!filesBelow(site.mirrorPath).contains { $0.contains("gnupg") })
        }
    }

    @Test func `other OpenPGP signatures count for nothing, and it is said why`() async throws {
        let keys = try OpenPGPKeys()
        defer { keys.end() }
        try await Site.with(.file) { site in
            let repository = try site.host.repository("fleet")
            let alice = try keys.make("alice@example.com")
            let old = try keys.make("old@example.com", isOld: true)
            let mallory = try keys.make("mallory@example.com")
            let allowed = GitSigners(openPGPKeys: [try keys.export(alice), try keys.export(old)])
            let unknown = try repository.commit(["a": .text("1")], signer: mallory)
            #expect(try await refusal(site, repository, unknown, allowed).contains("not among those that may sign"))
            let expired = try repository.commit(["a": .text("2")], signer: old)
            #expect(try await refusal(site, repository, expired, allowed).contains("expired"))
            let good = try repository.commit(["a": .text("3")], message: "Good", signer: alice)
            let tampered = try repository.rewritten(good) { $0.replacing("Good", with: "Evil") }
            #expect(try await refusal(site, repository, tampered, allowed).contains("changed after it was signed"))
            #expect(try await refusal(site, repository, good, GitSigners()).contains("none may sign"))
            let none = GitSigners(openPGPKeys: ["no key"])
            #expect(try await refusal(site, repository, good, none).contains("no OpenPGP public key"))
            _ = try await verify(site, repository, good, allowed)
            try keys.revoke(alice)
            let revoked = GitSigners(openPGPKeys: [try keys.export(alice)])
            #expect(try await refusal(site, repository, good, revoked).contains("revoked"))
        }
    }
}
