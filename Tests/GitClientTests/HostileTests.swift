import Ambient
import GitServers
import Glibc
import Testing

@testable import GitClient

/// Repositories and names that want more than to be read.
@Suite struct HostileTests {
    @Test func `links are shown as what they are, and not followed`() async throws {
        try await Site.with(.file) { site in
            let repository = try site.host.repository("links")
            let commit = try commitID(
                try repository.commit([
                    "passwd": .link("/etc/passwd"), "up": .link("../../../../etc"), "dir/file": .text("1"),
                    "other": .link("dir"),
                ]))
            try await site.mirror.fetch(commit, from: site.remote(repository), depth: 1)
            let files = try await site.mirror.files(of: commit, below: ".", maxBytes: 1000)
            #expect(files.filter { $0.kind == .link }.map(\.path) == ["other", "passwd", "up"])
            #expect(text(files.first { $0.path == "passwd" }?.bytes) == "/etc/passwd")
            for link in ["passwd", "up", "other"] {
                let error = await #expect(throws: GitError.self) {
                    try await site.mirror.files(of: commit, below: link, maxBytes: 1000)
                }
                #expect(error?.kind == .notFound)
                #expect(error?.message.contains("is a link") == true, "\(error?.message ?? "")")
            }
            let through = await #expect(throws: GitError.self) {
                try await site.mirror.files(of: commit, below: "other/file", maxBytes: 1000)
            }
            #expect(through?.kind == .notFound)
        }
    }

    @Test(arguments: ["..", "../x", "a/../b", "/etc", "a//b", "", "./a"])
    func `a path out of the repository is refused`(
        path: String
    ) async throws {
        try await Site.with(.file) { site in
            let repository = try site.host.repository("fleet")
            let commit = try commitID(try repository.commit(["a": .text("1")]))
            try await site.mirror.fetch(commit, from: site.remote(repository), depth: 1)
            let error = await #expect(throws: GitError.self) {
                try await site.mirror.files(of: commit, below: path, maxBytes: 1000)
            }
            #expect(error?.kind == .refused)
        }
    }

    @Test func `a submodule is named and not fetched, and its helper not run`() async throws {
        try await Site.with(.https) { site in
            let repository = try site.host.repository("modules")
            let mark = site.place.path + "/was-here"
            let configuration = "[submodule \"x\"]\n\tpath = x\n\turl = ext::sh -c touch% \(mark)\n"
            let commit = try commitID(
                try repository.commit([
                    ".gitmodules": .text(configuration), "x": .submodule(String(repeating: "a", count: 40)),
                    "a": .text("1"),
                ]))
            let remote = site.remote(repository)
            // git's own check of such a file may refuse the whole; if not, nothing comes of it.
            do {
                try await site.mirror.fetch(commit, from: remote, depth: 1)
                let files = try await site.mirror.files(of: commit, below: ".", maxBytes: 1000)
                let module = try #require(files.first { $0.path == "x" })
                #expect(module.kind == .submodule && module.bytes.isEmpty)
            } catch let error as GitError {
                #expect(error.kind == .refused, "\(error.message)")
            }
            #expect(access(mark, F_OK) != 0)
        }
    }

    @Test func `a tree with .git in it is refused`() async throws {
        try await Site.with(.daemon) { site in
            let repository = try site.host.repository("hooks")
            let mark = site.place.path + "/was-here"
            let commit = try commitID(
                try repository.commit([
                    ".git/hooks/post-checkout": .program(Array("#!/bin/sh\ntouch \(mark)\n".utf8)), "a": .text("1"),
                ]))
            let error = await #expect(throws: GitError.self) {
                try await site.mirror.fetch(commit, from: site.remote(repository), depth: 1)
            }
            #expect(error?.kind == .refused, "\(error?.message ?? "")")
            #expect(access(mark, F_OK) != 0)
            #expect(!filesBelow(site.mirrorPath).contains { $0.hasSuffix("post-checkout") })
        }
    }

    @Test func `names of files may hold what they like, as long as it is text`() async throws {
        try await Site.with(.file) { site in
            let repository = try site.host.repository("names")
            let names = [
                "-rf", "--upload-pack=x", "a\nb", "a\"b'c", "back\\slash", "ünïcode", "$(id)", ":(glob)*", "tab\there",
            ]
            var files: [String: TestRepository.Content] = [:]
            for name in names { files["dir/" + name] = .text(name) }
            let commit = try commitID(try repository.commit(files))
            try await site.mirror.fetch(commit, from: site.remote(repository), depth: 1)
            let read = try await site.mirror.files(of: commit, below: "dir", maxBytes: 1000)
            #expect(Set(read.map(\.path)) == Set(names.map { "dir/" + $0 }))
            for file in read { #expect("dir/" + text(file.bytes) == file.path) }
        }
    }

    @Test func `a directory may have a name that looks like an option or a pattern`() async throws {
        try await Site.with(.file) { site in
            let repository = try site.host.repository("names")
            let commit = try commitID(
                try repository.commit([
                    "--help/a": .text("1"), ":(top)/b": .text("2"), "*/c": .text("3"), "x/d": .text("4"),
                ]))
            try await site.mirror.fetch(commit, from: site.remote(repository), depth: 1)
            for (directory, file) in [("--help", "a"), (":(top)", "b"), ("*", "c")] {
                let files = try await site.mirror.files(of: commit, below: directory, maxBytes: 100)
                #expect(files.map(\.path) == ["\(directory)/\(file)"])
            }
        }
    }

    @Test func `a name that is no text is refused`() async throws {
        try await Site.with(.file) { site in
            let repository = try site.host.repository("names")
            let commit = try commitID(try repository.commit(named: [(Array("a".utf8) + [0xFF, 0xFE], .text("1"))]))
            try await site.mirror.fetch(commit, from: site.remote(repository), depth: 1)
            let error = await #expect(throws: GitError.self) {
                try await site.mirror.files(of: commit, below: ".", maxBytes: 100)
            }
            #expect(error?.kind == .refused)
            #expect(error?.message.contains("a\\xff\\xfe") == true, "\(error?.message ?? "")")
        }
    }

    @Test func `attributes change nothing of what is read`() async throws {
        try await Site.with(.file) { site in
            let repository = try site.host.repository("attributes")
            let commit = try commitID(
                try repository.commit([
                    ".gitattributes": .text("* filter=evil export-subst text eol=crlf working-tree-encoding=UTF-16\n"),
                    "a": .text("one\n$Format:%H$\n"),
                ]))
            try await site.mirror.fetch(commit, from: site.remote(repository), depth: 1)
            let files = try await site.mirror.files(of: commit, below: ".", maxBytes: 1000)
            #expect(text(files.first { $0.path == "a" }?.bytes) == "one\n$Format:%H$\n")
        }
    }

    @Test(
        arguments: [
            "--upload-pack=touch /tmp/x", "-u", "ext::sh -c id", "https://user:secret-word@host/x",
            "ssh://-oProxyCommand=id/x",
            "ssh://-l@host/x", "https://host", "file://host/x", "http:/x/y", "fd::1", "https://ho st/x",
            "https://host/a\nb",
            "ssh://u@-h/x", "https:///x",
        ]) func `such a URL is refused before git sees it`(url: String) async throws
    {
        try await Site.with(.file) { site in
            let remote = GitRemote(url: url, timeout: .seconds(5), maxBytes: 1000)
            let error = await #expect(throws: GitError.self) { try await site.mirror.references(of: remote) }
            #expect(error?.kind == .refused, "\(error?.message ?? "")")
            #expect(error?.message.contains("secret-word") == false)
        }
    }

    @Test(arguments: [
        "--upload-pack=x", "-x", "a..b", "a b", "a:b", "", "a/", "/a", "a.lock", "x@{1}", "@", "a\nb", ".a",
    ])
    func `such a branch is not pushed to`(branch: String) async throws {
        try await Site.with(.file) { site in
            let repository = try site.host.repository("fleet")
            let commit = try commitID(try repository.commit(["a": .text("1")]))
            let remote = site.remote(repository)
            try await site.mirror.fetch(commit, from: remote, depth: 1)
            let change = GitChange(
                parent: commit, contents: ["a": [50]], branch: branch, expected: nil, author: "imm", address: "imm@x",
                message: "m", time: 1)
            let error = await #expect(throws: GitError.self) { try await site.mirror.push(change, to: remote) }
            #expect(error?.kind == .refused)
        }
    }

    @Test func `a local repository of somebody else is not gone to`() async throws {
        guard geteuid() == 0 else { return }
        try await Site.with(.file) { site in
            let repository = try site.host.repository("theirs")
            try repository.commit(["a": .text("1")])
            chown(repository.path, 65534, 65534)
            let error = await #expect(throws: GitError.self) {
                try await site.mirror.references(of: site.remote(repository))
            }
            #expect(error?.kind == .denied, "\(error?.message ?? "")")
        }
    }

    @Test func `what a server says reaches messages as one plain line`() async throws {
        try await Site.with(.https) { site in
            let repository = try site.host.repository("fleet")
            let commit = try commitID(try repository.commit(["a": .text("1")]))
            try repository.hook(
                "pre-receive",
                "#!/bin/sh\nprintf '\\033[31mred\\033[0m\\007\\n%s\\n' \"$(head -c 100000 /dev/zero | tr '\\0' x)\" >&2\nexit 1\n"
            )
            let remote = site.remote(repository)
            try await site.mirror.fetch(commit, from: remote, depth: 1)
            let change = GitChange(
                parent: commit, contents: ["a": [50]], branch: "new", expected: nil, author: "imm", address: "imm@x",
                message: "m", time: 1)
            let error = await #expect(throws: GitError.self) { try await site.mirror.push(change, to: remote) }
            #expect(error?.kind == .rejected, "\(error?.message ?? "")")
            let message = error?.message ?? ""
            #expect(message.utf8.count < 2000)
            #expect(message.unicodeScalars.allSatisfy { $0.value >= 0x20 }, "\(message)")
        }
    }
}
