import Ambient
import GitServers
import Glibc
import InfraAPI
import JSON
import Testing

extension EndToEnd.GitOps {
    /// Repositories that mean harm.
    @Suite struct GitHostileTests {
        @Test func `half a gigabyte is refused by the limit, and nothing of it stays`() async throws {
            try await GitBed.with(.daemon, ["maxSize": "16Mi", "timeoutSeconds": 120]) { git in
                try git.repository.configure("core.compression", "0")
                try git.repository.configure("core.bigFileThreshold", "1m")
                var random = SplitMix(state: 7)
                var files: [String: TestRepository.Content?] = [:]
                for number in 0..<8 {
                    // 64 MiB that do not shrink.
                    var bytes = [UInt8](repeating: 0, count: 64 << 20)
                    bytes.withUnsafeMutableBytes { buffer in
                        for word in buffer.bindMemory(to: UInt64.self).indices {
                            buffer.storeBytes(of: random.next(), toByteOffset: word * 8, as: UInt64.self)
                        }
                    }
                    files["fleet/\(number).bin"] = .file(bytes)
                }
                let commit = try git.repository.commit(files)
                let refused = try await git.refused("TooLarge")
                #expect(refused.ready?.message.contains("maxSize") == true, "\(refused.ready?.message ?? "")")
                #expect(refused.status.lastAppliedCommit == nil, "\(commit)")
                let kept = try sizeOfTree(git.bed.directory + "/data/git")
                #expect(kept < 40 << 20, "\(kept >> 20) MiB of it are kept")
            }
        }

        @Test func `links, nasty names, hooks and attributes do no harm`() async throws {
            try await GitBed.with { git in
                let proof = git.bed.directory + "/proof"
                var manifest = Manifest(try await git.bed.image("v1"))
                manifest.replicas = 1
                let good = TestRepository.Content.text(manifest.json.encodedString())

                let link = try git.repository.commit([
                    "fleet/web.yaml": good, "fleet/passwd.yaml": .link("/etc/passwd"),
                ])
                let refused = try await git.refused("LinkRefused", at: link)
                #expect(refused.ready?.message.contains("fleet/passwd.yaml") == true)
                #expect(refused.ready?.message.contains("root:") == false)

                let module = try git.repository.commit([
                    "fleet/passwd.yaml": nil, "fleet/module": .submodule(String(repeating: "a", count: 40)),
                    ".gitmodules": .text(
                        "[submodule \"m\"]\n\tpath = fleet/module\n\turl = ext::sh -c touch% \(proof)\n"),
                ])
                try await git.refused("SubmoduleRefused", at: module)

                // None of it is ever run or written anywhere.
                let hooks = try git.repository.commit([
                    "fleet/module": nil, ".gitmodules": nil,
                    "hooks/post-checkout": .program(Array("#!/bin/sh\ntouch \(proof)\n".utf8)),
                    "fleet/.gitattributes": .text("*.yaml filter=evil export-subst\n"),
                    "fleet/--upload-pack=touch.txt": .text("x"), "fleet/a\nb.txt": .text("x"),
                    "fleet/$(touch x).txt": .text("x"),
                ])
                try await git.delivered(hooks)
                try await git.bed.settled("web")
                #expect(access(proof, F_OK) != 0)
            }
        }

        @Test func `a url that is an option or a program is refused before anything starts`() async throws {
            try await GitBed.with { git in
                for url in ["--upload-pack=touch /tmp/x", "ext::sh -c id", "ssh://-oProxyCommand=id/x", "git@host:x"] {
                    let error = await #expect(throws: (any Error).self) {
                        try await git.apply(source: "evil", ["url": .string(url)])
                    }
                    #expect("\(error.map { "\($0)" } ?? "")".contains("spec.url"), "\(url)")
                }
                // Files of this host are the administrator's to open, by --git-file-root.
                try await git.apply(source: "fleet", ["url": "file:///etc", "path": "."])
                let refused = try await git.refused("URLRefused")
                #expect(refused.ready?.message.contains("--git-file-root") == true, "\(refused.ready?.message ?? "")")
            }
        }
    }
}

/// Bytes of all files below a directory; 0 when it is not there.
private func sizeOfTree(_ path: String) throws -> Int {
    var status = stat()
    guard lstat(path, &status) == 0 else { return 0 }
    guard status.st_mode & S_IFMT == S_IFDIR, let folder = opendir(path) else { return Int(status.st_size) }
    defer { closedir(folder) }
    var total = 0
    while let entry = readdir(folder) {
        let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
            String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
        }
        if name != ".", name != ".." { total += try sizeOfTree(path + "/" + name) }
    }
    return total
}
