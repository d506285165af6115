import Glibc

/// A repository on this host. git runs programs that such a repository's own configuration and hooks name, as the user that
/// we are: so only one that belongs to us, or to root, is gone to.
struct LocalRepository {
    /// What git is told to trust.
    let directories: [String]

    init(_ url: RemoteURL) throws(GitError) {
        guard let path = LocalRepository.decoded(url.path), let real = LocalRepository.realPath(path) else {
            throw GitError(.notFound, "There is no directory \(url.path) on the host of immd, which \(url.text) names.")
        }
        var directories: [String] = []
        for place in [real, real + "/.git"] {
            var status = stat()
            guard lstat(place, &status) == 0 else { continue }
            guard status.st_uid == geteuid() || status.st_uid == 0, status.st_mode & S_IFMT == S_IFDIR else {
                throw GitError(
                    .denied,
                    "\(place) belongs to user \(status.st_uid), and immd runs as user \(geteuid()): whoever owns a repository can make git run programs. Serve it over https or ssh, or give it to user \(geteuid())."
                )
            }
            directories.append(place)
        }
        self.directories = directories + (path == real ? [] : [path, path + "/.git"])
    }

    private static func realPath(_ path: String) -> String? {
        guard let resolved = realpath(path, nil) else { return nil }
        defer { free(resolved) }
        return String(cString: resolved)
    }

    /// git reads `%20` in a URL as a blank.
    private static func decoded(_ path: Substring) -> String? {
        var bytes: [UInt8] = []
        var rest = path.utf8
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "%"), let value = UInt8(String(rest.prefix(2)) ?? "", radix: 16), rest.count >= 2 {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        guard !bytes.contains(0) else { return nil }
        return String(validating: bytes, as: UTF8.self)
    }
}
