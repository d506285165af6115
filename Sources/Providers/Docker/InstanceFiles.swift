internal import ProviderInterface

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The files of instances on the host, from where the engine binds them read-only: `<directory>/<uid>/<index>`.
///
/// The directories are closed to everybody else (0700): the mode of a file counts in the container alone.
struct InstanceFiles: Sendable {
    let directory: String
    /// The same directory as the engine sees it.
    let engineDirectory: String

    /// Writes the files of one instance, over those of an earlier try, and returns their paths for the engine.
    func write(_ files: [(content: [UInt8], mode: Int)], uid: String) throws(ProviderError) -> [String] {
        guard !files.isEmpty else { return [] }
        try makeDirectory(directory)
        try makeDirectory("\(directory)/\(uid)")
        var paths: [String] = []
        for (index, file) in files.enumerated() {
            try write(file.content, mode: file.mode, to: "\(directory)/\(uid)/\(index)")
            paths.append("\(engineDirectory)/\(uid)/\(index)")
        }
        return paths
    }

    /// Takes away what was written for an instance; nothing there is fine.
    func remove(uid: String) {
        let path = "\(directory)/\(uid)"
        guard let listing = opendir(path) else { return }
        while let entry = readdir(listing) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { unlink("\(path)/\(name)") }
        }
        closedir(listing)
        rmdir(path)
    }

    private func makeDirectory(_ path: String) throws(ProviderError) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw failure("make the directory", path) }
    }

    private func write(_ content: [UInt8], mode: Int, to path: String) throws(ProviderError) {
        // A new file each time: one that a container holds must not change under it (law L1).
        let draft = path + ".new"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("make the file", draft) }
        var rest = content[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Self.put(descriptor, $0) }
            guard count > 0 else {
                let error = failure("write the file", draft)
                close(descriptor)
                unlink(draft)
                throw error
            }
            rest = rest.dropFirst(count)
        }
        // After the umask, which must not take away what was asked for.
        let isModeSet = fchmod(descriptor, mode_t(mode & 0o777)) == 0
        close(descriptor)
        guard isModeSet, rename(draft, path) == 0 else { throw failure("put the file in place", path) }
    }

    private static func put(_ descriptor: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
            Glibc.write(descriptor, bytes.baseAddress, bytes.count)
        #else
            Musl.write(descriptor, bytes.baseAddress, bytes.count)
        #endif
    }

    private func failure(_ what: String, _ path: String) -> ProviderError {
        ProviderError(
            .engineFailed,
            "cannot \(what) \(path): \(String(cString: strerror(errno))); check the data directory's permissions and space"
        )
    }
}
