import Ambient
import GitServers
import Testing

@testable import GitClient

/// Who may come in, and to whom we go.
@Suite struct CredentialTests {
    private func error(
        _ kind: Site.Kind, _ change: @Sendable (inout RemoteCredentials) -> Void
    ) async throws -> GitError {
        try await Site.with(kind) { site in
            let repository = try site.host.repository("fleet")
            try repository.commit(["a": .text("1")])
            let remote = site.remote(repository, change)
            let error = await #expect(throws: GitError.self) { try await site.mirror.references(of: remote) }
            return try #require(error)
        }
    }

    @Test func `a wrong password is denied, and not shown`() async throws {
        let error = try await error(.https) { $0.password = "not-the-password" }
        #expect(error.kind == .denied)
        #expect(error.message.contains("spec.credentials"))
        #expect(!error.message.contains("not-the-password"), "\(error.message)")
    }

    @Test func `no password is denied`() async throws {
        let error = try await error(.https) {
            $0.username = nil
            $0.password = nil
        }
        #expect(error.kind == .denied, "\(error.message)")
    }

    @Test func `a password may end with the line of its file`() async throws {
        try await Site.with(.https) { site in
            let repository = try site.host.repository("fleet")
            try repository.commit(["a": .text("1")])
            let remote = site.remote(repository) { $0.password? += "\n" }
            #expect(try await site.mirror.references(of: remote).branches.count == 1)
        }
    }

    @Test func `a password that would be a header of its own is refused`() async throws {
        let error = try await error(.https) { $0.password = "a\r\nX-Other: b" }
        #expect(error.kind == .denied)
        #expect(error.message.contains("control characters"), "\(error.message)")
    }

    @Test func `a server whose certificate nobody vouches for is denied`() async throws {
        let error = try await error(.https) { $0.authority = nil }
        #expect(error.kind == .denied, "\(error.message)")
        #expect(error.message.contains("ca.crt"))
    }

    @Test func `with a password no redirect is followed`() async throws {
        try await Site.with(.https) { site in
            let repository = try site.host.repository("fleet")
            try repository.commit(["a": .text("1")])
            let server = try #require(site.server as? HTTPSServer)
            var remote = site.remote(repository)
            remote.url = server.movedURL(repository)
            let error = await #expect(throws: GitError.self) { try await site.mirror.references(of: remote) }
            #expect(error?.kind == .refused, "\(error?.message ?? "")")
            #expect(error?.message.contains("spec.url") == true)
        }
    }

    @Test func `a server with another key than the known one is denied`() async throws {
        let other = try ScratchDirectory("key")
        defer { other.remove() }
        let key = try SSHKey(other, "other").publicKey
        let error = try await error(.ssh) { credentials in
            let host = credentials.knownHosts?.split(separator: " ").first ?? ""
            credentials.knownHosts = "\(host) \(key)"
        }
        #expect(error.kind == .denied, "\(error.message)")
        #expect(error.message.contains("known_hosts"))
    }

    @Test func `without known hosts nobody is asked`() async throws {
        let error = try await error(.ssh) { $0.knownHosts = nil }
        #expect(error.kind == .denied)
        #expect(error.message.contains("ssh-keyscan") && error.message.contains("'known_hosts'"), "\(error.message)")
    }

    @Test func `without a key ssh is not tried`() async throws {
        let error = try await error(.ssh) { $0.identity = nil }
        #expect(error.kind == .denied)
        #expect(error.message.contains("'identity'"), "\(error.message)")
    }

    @Test func `a key that the server does not know is denied`() async throws {
        let other = try ScratchDirectory("key")
        defer { other.remove() }
        let key = try SSHKey(other, "other").privateKey
        let error = try await error(.ssh) { $0.identity = key }
        #expect(error.kind == .denied, "\(error.message)")
        #expect(error.message.contains("'identity'"))
    }

    @Test func `a key that is none is denied`() async throws {
        let error = try await error(.ssh) { $0.identity = "no key at all" }
        #expect(error.kind == .denied, "\(error.message)")
    }

    @Test(arguments: Site.Kind.servers) func `no secret is in an argument or a variable, and none is left on the disk`(
        kind: Site.Kind
    ) async throws {
        try await Site.with(kind) { site in
            let repository = try site.host.repository("fleet")
            let commit = try commitID(try repository.commit(["a": .text("1")]))
            // A program in git's place that writes down what it sees, and is git then.
            let spy = try ScratchDirectory("spy")
            defer { spy.remove() }
            let script = """
                #!/bin/sh
                { echo "$0" "$@"; env; ls -la "$HOME"; } >>'\(spy.path)/seen'
                exec git "$@"

                """
            let path = try spy.write("git", Array(script.utf8), mode: 0o700)
            let mirror = GitMirror(
                directory: site.mirrorPath, program: GitProgram(path: path, surroundings: .system))
            try await mirror.fetch(commit, from: site.remote(repository), depth: 1)
            let seen = text(ScratchDirectory.read(spy.path + "/seen"))
            #expect(seen.contains("fetch"))
            for secret in secrets(site.credentials) { #expect(!seen.contains(secret)) }
            // Files that others may read, apart from the program of ours.
            for line in seen.split(separator: "\n") where line.hasPrefix("-") && line.contains(" root ") {
                #expect(line.dropFirst(4).hasPrefix("------"), "\(line)")
            }
            for file in filesBelow(site.mirrorPath) {
                #expect(!file.hasPrefix("call-"), "\(file)")
                let content = text(ScratchDirectory.read("\(site.mirrorPath)/\(file)"))
                for secret in secrets(site.credentials) { #expect(!content.contains(secret), "\(file)") }
            }
        }
    }

    private func secrets(_ credentials: RemoteCredentials) -> [String] {
        var secrets: [String] = []
        if let password = credentials.password {
            let name = credentials.username ?? ""
            secrets += [password, Base64.encode(Array("\(name):\(password)".utf8))]
        }
        if let identity = credentials.identity {
            secrets.append(String(identity.split(separator: "\n")[1]))
        }
        return secrets
    }
}
