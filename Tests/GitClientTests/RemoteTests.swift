import Ambient
import GitServers
import Testing

@testable import GitClient

/// What every kind of server is asked for.
@Suite struct RemoteTests {
    @Test(arguments: Site.Kind.allCases) func `branches, tags and HEAD are read`(kind: Site.Kind) async throws {
        try await Site.with(kind) { site in
            let repository = try site.host.repository("fleet")
            let first = try repository.commit(["a.yaml": .text("a")])
            let second = try repository.commit(["a.yaml": .text("b")], on: "feature/x")
            try repository.tag("v1", first)
            try repository.tag("v2", second, isAnnotated: true)
            let references = try await site.mirror.references(of: site.remote(repository))
            #expect(references.head?.hex == first)
            #expect(references.headBranch == "main")
            #expect(references.branches.mapValues(\.hex) == ["main": first, "feature/x": second])
            #expect(references.tags.mapValues(\.hex) == ["v1": first, "v2": second])
        }
    }

    @Test(arguments: Site.Kind.allCases) func `an empty repository has nothing`(kind: Site.Kind) async throws {
        try await Site.with(kind) { site in
            let repository = try site.host.repository("empty")
            let references = try await site.mirror.references(of: site.remote(repository))
            #expect(references.head == nil)
            #expect(references.branches.isEmpty && references.tags.isEmpty)
        }
    }

    @Test(arguments: Site.Kind.allCases) func `a commit and its files are fetched`(kind: Site.Kind) async throws {
        try await Site.with(kind) { site in
            let repository = try site.host.repository("fleet")
            try repository.commit(["old": .text("gone")])
            let commit = try commitID(
                try repository.commit(
                    [
                        "old": nil, "app/web.yaml": .text("web"), "app/deep/db.yaml": .text("db"),
                        "run.sh": .program(Array("#!/bin/sh".utf8)), "app/empty": .text(""),
                        "application": .text("beside"),
                    ], message: "Add the shop\n\nWith a body."))
            let remote = site.remote(repository)
            try await site.mirror.fetch(commit, from: remote, depth: 1)
            let all = try await site.mirror.files(of: commit, below: ".", maxBytes: 1000)
            #expect(all.map(\.path) == ["app/deep/db.yaml", "app/empty", "app/web.yaml", "application", "run.sh"])
            #expect(all.map { text($0.bytes) } == ["db", "", "web", "beside", "#!/bin/sh"])
            let app = try await site.mirror.files(of: commit, below: "app", maxBytes: 1000)
            #expect(app.map(\.path) == ["app/deep/db.yaml", "app/empty", "app/web.yaml"])
            let summary = try await site.mirror.commit(commit)
            #expect(summary.subject == "Add the shop")
            #expect(summary.author == "Tester <tester@example.com>")
        }
    }

    @Test(arguments: Site.Kind.allCases) func `a branch whose history was rewritten is followed`(
        kind: Site.Kind
    ) async throws {
        try await Site.with(kind) { site in
            let repository = try site.host.repository("fleet")
            let remote = site.remote(repository)
            try repository.commit(["a": .text("1")])
            let old = try commitID(try repository.commit(["a": .text("2")]))
            try await site.mirror.fetch(old, from: remote, depth: 1)
            let new = try commitID(try repository.commit(["a": .text("3")], parent: ""))
            let references = try await site.mirror.references(of: remote)
            #expect(references.branches == ["main": new])
            try await site.mirror.fetch(new, from: remote, depth: 1)
            #expect(text(try await site.mirror.files(of: new, below: ".", maxBytes: 100).first?.bytes) == "3")
            // The one before is still there.
            #expect(text(try await site.mirror.files(of: old, below: ".", maxBytes: 100).first?.bytes) == "2")
        }
    }

    @Test(arguments: Site.Kind.allCases) func `a deleted branch and a lost commit are not found`(
        kind: Site.Kind
    ) async throws {
        try await Site.with(kind) { site in
            let repository = try site.host.repository("fleet")
            let remote = site.remote(repository)
            try repository.commit(["a": .text("1")])
            try repository.commit(["a": .text("2")], on: "gone")
            try repository.delete("gone")
            #expect(try await site.mirror.references(of: remote).branches["gone"] == nil)
            let never = try commitID(String(repeating: "1", count: 40))
            let error = await #expect(throws: GitError.self) {
                try await site.mirror.fetch(never, from: remote, depth: 1)
            }
            #expect(error?.kind == .notFound, "\(error?.message ?? "")")
            #expect(error?.message.contains(never.hex) == true)
        }
    }

    @Test(arguments: Site.Kind.servers) func `a server that is down is unreachable until it is back`(
        kind: Site.Kind
    ) async throws {
        try await Site.with(kind) { site in
            let repository = try site.host.repository("fleet")
            let remote = site.remote(repository)
            let first = try commitID(try repository.commit(["a": .text("1")]))
            try await site.mirror.fetch(first, from: remote, depth: 1)
            let second = try commitID(try repository.commit(["a": .text("2")]))
            site.server?.stop()
            let unread = await #expect(throws: GitError.self) { try await site.mirror.references(of: remote) }
            #expect(unread?.kind == .unreachable, "\(unread?.message ?? "")")
            let unfetched = await #expect(throws: GitError.self) {
                try await site.mirror.fetch(second, from: remote, depth: 1)
            }
            #expect(unfetched?.kind == .unreachable, "\(unfetched?.message ?? "")")
            // What is there stays, and is there without the server.
            try await site.mirror.fetch(first, from: remote, depth: 1)
            #expect(text(try await site.mirror.files(of: first, below: ".", maxBytes: 100).first?.bytes) == "1")
            try site.server?.start()
            try await site.mirror.fetch(second, from: remote, depth: 1)
            #expect(text(try await site.mirror.files(of: second, below: ".", maxBytes: 100).first?.bytes) == "2")
        }
    }

    @Test(arguments: Site.Kind.allCases) func `a repository that is not there is not found`(
        kind: Site.Kind
    ) async throws {
        try await Site.with(kind) { site in
            let repository = try site.host.repository("fleet")
            var remote = site.remote(repository)
            remote.url = String(remote.url.dropLast(9)) + "other.git"
            let error = await #expect(throws: GitError.self) { try await site.mirror.references(of: remote) }
            #expect(error?.kind == .notFound, "\(error?.message ?? "")")
        }
    }

    @Test(arguments: Site.Kind.allCases)
    func `a commit that no branch holds any more is fetched where the server gives it`(
        kind: Site.Kind
    ) async throws {
        try await Site.with(kind) { site in
            let repository = try site.host.repository("fleet")
            try repository.configure("uploadpack.allowAnySHA1InWant", "true")
            let old = try commitID(try repository.commit(["a": .text("1")]))
            try repository.commit(["a": .text("2")], parent: "")
            try await site.mirror.fetch(old, from: site.remote(repository), depth: 1)
            #expect(text(try await site.mirror.files(of: old, below: ".", maxBytes: 100).first?.bytes) == "1")
        }
    }

    @Test func `a whole history is fetched, also after a part of it`() async throws {
        try await Site.with(.https) { site in
            let repository = try site.host.repository("fleet")
            let first = try commitID(try repository.commit(["a": .text("1")]))
            let second = try commitID(try repository.commit(["a": .text("2")]))
            let third = try commitID(try repository.commit(["a": .text("3")]))
            let remote = site.remote(repository)
            try await site.mirror.fetch(second, from: remote, depth: 1)
            try await site.mirror.fetch(third, from: remote, depth: 0)
            try await site.mirror.fetch(first, from: remote, depth: 0)
            #expect(text(try await site.mirror.files(of: first, below: ".", maxBytes: 100).first?.bytes) == "1")
        }
    }

    @Test func `objects may have the longer names`() async throws {
        try await Site.with(.ssh) { site in
            let short = try site.host.repository("short")
            let long = try site.host.repository("long", format: "sha256")
            let first = try commitID(try short.commit(["a": .text("1")]))
            let second = try commitID(try long.commit(["a": .text("2")]))
            #expect(second.hex.utf8.count == 64)
            try await site.mirror.fetch(first, from: site.remote(short), depth: 1)
            #expect(try await site.mirror.references(of: site.remote(long)).branches == ["main": second])
            try await site.mirror.fetch(second, from: site.remote(long), depth: 1)
            #expect(text(try await site.mirror.files(of: second, below: ".", maxBytes: 100).first?.bytes) == "2")
        }
    }
}
