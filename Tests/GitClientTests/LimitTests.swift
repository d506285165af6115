import Ambient
import GitServers
import Testing

@testable import GitClient

/// What a call may cost.
@Suite struct LimitTests {
    @Test(arguments: ["git", "https", "ssh"]) func `a server that says nothing is given up, and nothing of it is left`(
        scheme: String
    ) async throws {
        let silent = try SilentServer()
        defer { silent.end() }
        try await Site.with(.file) { site in
            var credentials = RemoteCredentials()
            credentials.identity = "key"
            credentials.knownHosts = "host key"
            let remote = GitRemote(
                url: "\(scheme)://127.0.0.1:\(silent.port)/x.git", credentials: credentials, timeout: .seconds(1),
                maxBytes: 1 << 20)
            let error = await #expect(throws: GitError.self) { try await site.mirror.references(of: remote) }
            // ssh's own limit may come first.
            let kinds: [GitError.Kind] = scheme == "ssh" ? [.timedOut, .unreachable, .denied] : [.timedOut]
            #expect(kinds.contains(error?.kind ?? .failed), "\(error?.message ?? "")")
            if error?.kind == .timedOut { #expect(error?.message.contains("spec.timeoutSeconds") == true) }
            #expect(processes(naming: site.mirrorPath).isEmpty)
        }
    }

    @Test func `a call that nobody waits for any more ends with all that it started`() async throws {
        let silent = try SilentServer()
        defer { silent.end() }
        try await Site.with(.file) { site in
            let remote = GitRemote(
                url: "git://127.0.0.1:\(silent.port)/x.git", timeout: .seconds(600), maxBytes: 1 << 20)
            let mirror = site.mirror
            let call = Task { try await mirror.references(of: remote) }
            while processes(naming: site.mirrorPath).isEmpty { await Task.yield() }
            // Others wait for their turn, and can be cancelled there.
            let second = Task { try await mirror.references(of: remote) }
            second.cancel()
            await #expect(throws: GitError.self) { try await second.value }
            call.cancel()
            await #expect(throws: GitError.self) { try await call.value }
            #expect(processes(naming: site.mirrorPath).isEmpty)
        }
    }

    @Test(arguments: Site.Kind.allCases) func `a fetch of more than the limit is broken off, and nothing of it stays`(
        kind: Site.Kind
    ) async throws {
        try await Site.with(kind) { site in
            let repository = try site.host.repository("large")
            var files: [String: TestRepository.Content] = [:]
            for number in 0..<12 { files["blob-\(number)"] = .file(randomBytes(1 << 20)) }
            let large = try commitID(try repository.commit(files))
            let remote = site.remote(repository, maxBytes: 2 << 20)
            let error = await #expect(throws: GitError.self) {
                try await site.mirror.fetch(large, from: remote, depth: 1)
            }
            #expect(error?.kind == .tooLarge, "\(error?.message ?? "")")
            #expect(error?.message.contains("2 MiB") == true && error?.message.contains("spec.maxSize") == true)
            #expect(filesBelow(site.mirrorPath + "/mirror.git/objects").isEmpty)
            #expect(processes(naming: site.mirrorPath).isEmpty)
            let unread = await #expect(throws: GitError.self) {
                try await site.mirror.files(of: large, below: ".", maxBytes: 1 << 30)
            }
            #expect(unread?.kind == .notFound)
            // With a limit that it keeps, it is fetched.
            try await site.mirror.fetch(large, from: site.remote(repository, maxBytes: 64 << 20), depth: 1)
            #expect(try await site.mirror.files(of: large, below: ".", maxBytes: 64 << 20).count == 12)
        }
    }

    @Test func `files that are small in the repository and large outside are refused before they are read`()
        async throws
    {
        try await Site.with(.file) { site in
            let repository = try site.host.repository("bomb")
            let zeros = [UInt8](repeating: 0, count: 40 << 20)
            let bomb = try commitID(try repository.commit(["zeros": .file(zeros), "dir/small": .text("1")]))
            try await site.mirror.fetch(bomb, from: site.remote(repository, maxBytes: 1 << 20), depth: 1)
            let error = await #expect(throws: GitError.self) {
                try await site.mirror.files(of: bomb, below: ".", maxBytes: 1 << 20)
            }
            #expect(error?.kind == .tooLarge, "\(error?.message ?? "")")
            #expect(error?.message.contains("spec.maxSize") == true)
            #expect(try await site.mirror.files(of: bomb, below: "dir", maxBytes: 1).count == 1)
        }
    }

    @Test func `more than ten thousand files are refused`() async throws {
        try await Site.with(.file) { site in
            let repository = try site.host.repository("many")
            let nothing = TestRepository.Content.submodule(String(repeating: "1", count: 40))
            let many = (0...10_000).map { (name: Array("f\($0)".utf8), content: nothing) }
            let commit = try commitID(try repository.commit(named: many))
            try await site.mirror.fetch(commit, from: site.remote(repository), depth: 1)
            let error = await #expect(throws: GitError.self) {
                try await site.mirror.files(of: commit, below: ".", maxBytes: 1 << 20)
            }
            #expect(error?.kind == .tooLarge, "\(error?.message ?? "")")
        }
    }

    @Test func `a mirror without news does not grow, and one with news keeps the last few`() async throws {
        try await Site.with(.file) { site in
            let repository = try site.host.repository("fleet")
            let remote = site.remote(repository)
            var commits: [GitCommitID] = []
            for number in 0..<30 {
                commits.append(try commitID(try repository.commit(["a": .file(randomBytes(100_000 + number))])))
                try await site.mirror.fetch(commits[number], from: remote, depth: 1)
            }
            let packs = filesBelow(site.mirrorPath + "/mirror.git/objects/pack").filter { $0.hasSuffix(".pack") }
            #expect(packs.count <= GitLimits.packs)
            for (number, commit) in commits.enumerated() {
                let isKept = (try? await site.mirror.commit(commit)) != nil
                #expect(isKept == (number >= 30 - GitLimits.keptCommits), "\(number)")
            }
            let before = filesBelow(site.mirrorPath)
            for _ in 0..<50 {
                _ = try await site.mirror.references(of: remote)
                try await site.mirror.fetch(commits[29], from: remote, depth: 1)
            }
            #expect(filesBelow(site.mirrorPath) == before)
        }
    }
}
