import Ambient
import GitServers
import Testing

@testable import GitClient

/// A change of some files that becomes a commit at the server.
@Suite struct PushTests {
    private func change(
        _ parent: GitCommitID, _ contents: [String: String], branch: String = "imm/updates",
        expected: GitCommitID? = nil, message: String = "Pin the images\n\nOf today."
    ) -> GitChange {
        GitChange(
            parent: parent, contents: contents.mapValues { Array($0.utf8) }, branch: branch, expected: expected,
            author: "imm", address: "imm@example.com", message: message, time: 1_700_000_000)
    }

    @Test(arguments: Site.Kind.allCases) func `a change is pushed, and the rest of the files stays`(
        kind: Site.Kind
    ) async throws {
        try await Site.with(kind) { site in
            let repository = try site.host.repository("fleet")
            let remote = site.remote(repository)
            try repository.commit(["a": .text("0")])
            let parent = try commitID(
                try repository.commit([
                    "run.sh": .program(Array("old".utf8)), "dir/-x": .text("old"), "keep": .text("keep"),
                    "link": .link("keep"),
                ]))
            try await site.mirror.fetch(parent, from: remote, depth: 1)
            let before = filesBelow(site.mirrorPath)
            let pushed = try await site.mirror.push(
                change(parent, ["run.sh": "new", "dir/-x": "newer\n"]), to: remote)
            #expect(repository.tip("imm/updates") == pushed.hex)
            #expect(repository.tip("main") == parent.hex)
            #expect(text(try repository.show(pushed.hex, file: "run.sh")) == "new")
            #expect(text(try repository.show(pushed.hex, file: "dir/-x")) == "newer\n")
            #expect(text(try repository.show(pushed.hex, file: "keep")) == "keep")
            #expect(try repository.mode(pushed.hex, file: "run.sh") == "100755")
            #expect(try repository.mode(pushed.hex, file: "link") == "120000")
            #expect(
                try repository.log(pushed.hex, format: "%P|%s|%an <%ae>|%cn|%at|%ct")
                    == "\(parent)|Pin the images|imm <imm@example.com>|imm|1700000000|1700000000")
            #expect(filesBelow(site.mirrorPath) == before)
        }
    }

    @Test func `a branch of ours is replaced, one that moved is not`() async throws {
        try await Site.with(.https) { site in
            let repository = try site.host.repository("fleet")
            let remote = site.remote(repository)
            let parent = try commitID(try repository.commit(["a": .text("1")]))
            try await site.mirror.fetch(parent, from: remote, depth: 1)
            let first = try await site.mirror.push(change(parent, ["a": "2"]), to: remote)
            // It is there by now.
            let again = await #expect(throws: GitError.self) {
                try await site.mirror.push(change(parent, ["a": "3"]), to: remote)
            }
            #expect(again?.kind == .rejected, "\(again?.message ?? "")")
            #expect(again?.message.contains("has moved") == true, "\(again?.message ?? "")")
            let second = try await site.mirror.push(change(parent, ["a": "3"], expected: first), to: remote)
            #expect(repository.tip("imm/updates") == second.hex)
            let late = await #expect(throws: GitError.self) {
                try await site.mirror.push(change(parent, ["a": "4"], expected: first), to: remote)
            }
            #expect(late?.kind == .rejected)
            #expect(repository.tip("imm/updates") == second.hex)
        }
    }

    @Test(arguments: Site.Kind.servers) func `what the server refuses is told with its reason`(
        kind: Site.Kind
    ) async throws {
        try await Site.with(kind) { site in
            let repository = try site.host.repository("fleet")
            let remote = site.remote(repository)
            let parent = try commitID(try repository.commit(["a": .text("1")]))
            try repository.hook("pre-receive", "#!/bin/sh\necho 'This branch is protected.' >&2\nexit 1\n")
            try await site.mirror.fetch(parent, from: remote, depth: 1)
            let error = await #expect(throws: GitError.self) {
                try await site.mirror.push(change(parent, ["a": "2"]), to: remote)
            }
            #expect(error?.kind == .rejected, "\(error?.message ?? "")")
            #expect(error?.message.contains("This branch is protected.") == true, "\(error?.message ?? "")")
            #expect(repository.tip("imm/updates") == nil)
        }
    }

    @Test func `what is no change of a regular file is refused`() async throws {
        try await Site.with(.file) { site in
            let repository = try site.host.repository("fleet")
            let remote = site.remote(repository)
            let parent = try commitID(
                try repository.commit(["a": .text("1"), "link": .link("a"), "dir/b": .text("1")]))
            try await site.mirror.fetch(parent, from: remote, depth: 1)
            for contents in [["missing": "x"], ["link": "x"], ["dir": "x"], ["../a": "x"], ["a": "1"], [:]] {
                let error = await #expect(throws: GitError.self, "\(contents)") {
                    try await site.mirror.push(change(parent, contents), to: remote)
                }
                #expect(error?.kind == .refused, "\(contents): \(error?.message ?? "")")
            }
            var odd = change(parent, ["a": "2"])
            odd.author = "Eve <eve@x>\nfake: header"
            let error = await #expect(throws: GitError.self) { try await site.mirror.push(odd, to: remote) }
            #expect(error?.kind == .refused)
            #expect(repository.tip("imm/updates") == nil)
        }
    }

    @Test func `a parent that was not fetched is not found`() async throws {
        try await Site.with(.file) { site in
            let repository = try site.host.repository("fleet")
            let parent = try commitID(try repository.commit(["a": .text("1")]))
            let error = await #expect(throws: GitError.self) {
                try await site.mirror.push(change(parent, ["a": "2"]), to: site.remote(repository))
            }
            #expect(error?.kind == .notFound)
        }
    }
}
