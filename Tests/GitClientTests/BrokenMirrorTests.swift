import Ambient
import GitServers
import Glibc
import Testing

@testable import GitClient

/// A mirror whose files somebody broke, or that a crash left half done, mends itself within the call that finds out.
@Suite struct BrokenMirrorTests {
    enum Damage: String, CaseIterable, Sendable {
        case truncatedPack, removedObjects, removedHead, garbageConfiguration, removedRepository, emptiedReference
    }

    private func damage(_ site: Site, _ damage: Damage, _ commit: GitCommitID) {
        let repository = site.mirrorPath + "/mirror.git"
        let packs = filesBelow(repository + "/objects/pack").map { "\(repository)/objects/pack/\($0)" }
        switch damage {
        case .truncatedPack: for pack in packs where pack.hasSuffix(".pack") { truncate(pack, 40) }
        case .removedObjects: for pack in packs { unlink(pack) }
        case .removedHead: unlink(repository + "/HEAD")
        case .garbageConfiguration:
            let file = open(repository + "/config", O_WRONLY | O_TRUNC)
            write(file, "[[[", 3)
            close(file)
        case .removedRepository: rename(repository, site.place.path + "/elsewhere")
        case .emptiedReference: truncate(repository + "/refs/imm/\(commit)", 0)
        }
    }

    @Test(arguments: Damage.allCases) func `the next fetch makes it anew`(damage kind: Damage) async throws {
        try await Site.with(.daemon) { site in
            let repository = try site.host.repository("fleet")
            let remote = site.remote(repository)
            let first = try commitID(try repository.commit(["a": .text("1")]))
            try await site.mirror.fetch(first, from: remote, depth: 1)
            let second = try commitID(try repository.commit(["a": .text("2")]))
            damage(site, kind, first)
            try await site.mirror.fetch(second, from: remote, depth: 1)
            #expect(text(try await site.mirror.files(of: second, below: ".", maxBytes: 100).first?.bytes) == "2")
            try await site.mirror.fetch(first, from: remote, depth: 1)
        }
    }

    @Test(arguments: [Damage.truncatedPack, .removedObjects, .removedHead, .garbageConfiguration])
    func `reading mends it, once it knows where from`(damage kind: Damage) async throws {
        try await Site.with(.daemon) { site in
            let repository = try site.host.repository("fleet")
            let remote = site.remote(repository)
            let commit = try commitID(try repository.commit(["a": .text("1")]))
            try await site.mirror.fetch(commit, from: remote, depth: 1)
            damage(site, kind, commit)
            #expect(text(try await site.mirror.files(of: commit, below: ".", maxBytes: 100).first?.bytes) == "1")
            damage(site, kind, commit)
            #expect(try await site.mirror.commit(commit).subject == "Change")
            // After a restart nobody knows, until the next fetch.
            let restarted = site.restarted()
            damage(site, kind, commit)
            let error = await #expect(throws: GitError.self) {
                try await restarted.files(of: commit, below: ".", maxBytes: 100)
            }
            #expect(error?.kind == .failed || error?.kind == .notFound, "\(error?.message ?? "")")
            try await restarted.fetch(commit, from: remote, depth: 1)
            #expect(text(try await restarted.files(of: commit, below: ".", maxBytes: 100).first?.bytes) == "1")
        }
    }

    @Test func `what a crash left is cleared away`() async throws {
        try await Site.with(.daemon) { site in
            let repository = try site.host.repository("fleet")
            let remote = site.remote(repository)
            let first = try commitID(try repository.commit(["a": .text("1")]))
            try await site.mirror.fetch(first, from: remote, depth: 1)
            let git = site.mirrorPath + "/mirror.git"
            let second = try commitID(try repository.commit(["a": .text("2")]))
            mkdir(site.mirrorPath + "/call-left", 0o700)
            let left = [
                site.mirrorPath + "/call-left/identity", git + "/shallow.lock", git + "/config.lock",
                git + "/HEAD.lock",
                git + "/packed-refs.lock", git + "/refs/imm/\(second).lock", git + "/objects/pack/tmp_pack_abc",
            ]
            for file in left { close(open(file, O_WRONLY | O_CREAT, 0o600)) }
            let restarted = site.restarted()
            try await restarted.fetch(second, from: remote, depth: 1)
            #expect(text(try await restarted.files(of: second, below: ".", maxBytes: 100).first?.bytes) == "2")
            for file in left { #expect(access(file, F_OK) != 0, "\(file)") }
        }
    }

    @Test func `the directory is for its owner alone`() async throws {
        try await Site.with(.file) { site in
            let repository = try site.host.repository("fleet")
            let commit = try commitID(try repository.commit(["a": .text("1")]))
            try await site.mirror.fetch(commit, from: site.remote(repository), depth: 1)
            var status = stat()
            #expect(stat(site.mirrorPath, &status) == 0)
            #expect(status.st_mode & 0o777 == 0o700)
        }
    }

    @Test func `many callers at once get what they asked for`() async throws {
        try await Site.with(.daemon) { site in
            let repository = try site.host.repository("fleet")
            let remote = site.remote(repository)
            var commits: [GitCommitID] = []
            for number in 0..<4 { commits.append(try commitID(try repository.commit(["a": .text("\(number)")]))) }
            let mirror = site.mirror
            try await withThrowingTaskGroup(of: Void.self) { group in
                for commit in commits + commits {
                    group.addTask {
                        try await mirror.fetch(commit, from: remote, depth: 0)
                        _ = try await mirror.references(of: remote)
                    }
                }
                try await group.waitForAll()
            }
            for (number, commit) in commits.enumerated() {
                #expect(text(try await mirror.files(of: commit, below: ".", maxBytes: 10).first?.bytes) == "\(number)")
            }
        }
    }

    @Test func `mirrors of sources that are gone are deleted, also after a restart`() async throws {
        try await Site.with(.file) { site in
            let repository = try site.host.repository("fleet")
            let remote = site.remote(repository)
            let commit = try commitID(try repository.commit(["a": .text("1")]))
            let mirrors = GitMirrors(directory: site.mirrorPath, program: site.program)
            for uid in ["one", "two", "../three"] {
                try await mirrors.mirror(uid).fetch(commit, from: remote, depth: 1)
            }
            #expect(mirrors.mirror("one") === mirrors.mirror("one"))
            #expect(!ScratchDirectory.isEmpty(site.mirrorPath + "/one"))
            await mirrors.retain(["one", "../three"])
            #expect(access(site.mirrorPath + "/two", F_OK) != 0)
            _ = try await mirrors.mirror("../three").commit(commit)
            await GitMirrors(directory: site.mirrorPath, program: site.program).retain(["one"])
            #expect(Set(filesBelow(site.mirrorPath).map { $0.prefix { $0 != "/" } }) == ["one"])
            _ = try await mirrors.mirror("one").commit(commit)
        }
    }
}
