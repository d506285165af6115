import ProcessControl

extension GitMirror {
    /// One round trip. It is done outside of our copy, so that it works whatever that is like, and for any format of objects.
    func readReferences(_ access: RemoteAccess) async throws(GitError) -> RemoteReferences {
        let what = "The branches of \(access.name) cannot be read"
        let result: ProgramResult
        do throws(GitError) {
            result = try await program.run(
                ["ls-remote", "--quiet", "--symref", "--", access.url.text, "HEAD", "refs/heads/*", "refs/tags/*"],
                in: access.place, outputLimit: GitLimits.referenceBytes,
                timeout: access.remote.timeout)
        } catch {
            throw access.limit(error, what, size: "they are more than \(GitLimits.referenceBytes >> 20) MiB")
        }
        guard result.isSuccess else { throw RemoteFailure.error(result, what, access) }
        return RemoteReferences(listing: result.output)
    }
}

extension RemoteReferences {
    /// From what `git ls-remote --symref` prints. A name that is no text is nobody's to follow, and is left out.
    init(listing: [UInt8]) {
        self.init()
        for line in listing.split(separator: UInt8(ascii: "\n")) {
            let parts = line.split(separator: UInt8(ascii: "\t"), maxSplits: 1)
            guard parts.count == 2, let value = String(validating: parts[0], as: UTF8.self),
                let name = String(validating: parts[1], as: UTF8.self)
            else { continue }
            if name == "HEAD", value.hasPrefix("ref: refs/heads/") {
                headBranch = String(value.dropFirst(16))
            } else if let id = GitCommitID(value) {
                add(name, id)
            }
        }
    }

    private mutating func add(_ name: String, _ id: GitCommitID) {
        if name == "HEAD" {
            head = id
        } else if name.hasPrefix("refs/heads/") {
            branches[String(name.dropFirst(11))] = id
        } else if name.hasPrefix("refs/tags/"), name.hasSuffix("^{}") {
            // What an annotated tag stands for comes after the tag itself.
            tags[String(name.dropFirst(10).dropLast(3))] = id
        } else if name.hasPrefix("refs/tags/") {
            tags[String(name.dropFirst(10))] = id
        }
    }
}
