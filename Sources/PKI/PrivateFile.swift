#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Files that only their owner may read, replaced in one step.
public enum PrivateFile {
    private static let maximumBytes = 1 << 20

    /// Writes a file with mode 0600: a crash leaves the old one or the new one, never a part.
    public static func write(_ text: String, to path: String) throws(PKIError) {
        let temporary = path + ".new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw failure("cannot be written", path) }
        let bytes = Array(text.utf8)
        var offset = 0
        while offset < bytes.count {
            let count = bytes[offset...].withUnsafeBytes { systemWrite(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            offset += count
        }
        let isWritten = offset == bytes.count && fchmod(descriptor, 0o600) == 0 && fsync(descriptor) == 0
        guard close(descriptor) == 0, isWritten, rename(temporary, path) == 0 else {
            let error = failure("cannot be written", path)
            unlink(temporary)
            throw error
        }
    }

    /// nil when there is no such file.
    ///
    /// - Throws: `PKIError` when others than the owner may read it, or it cannot be read.
    public static func read(_ path: String) throws(PKIError) -> String? {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        if descriptor < 0, errno == ENOENT { return nil }
        guard descriptor >= 0 else { throw failure("cannot be read", path) }
        defer { close(descriptor) }
        var info = stat()
        guard fstat(descriptor, &info) == 0, info.st_mode & S_IFMT == S_IFREG else {
            throw PKIError("\(path) is no file")
        }
        guard info.st_mode & 0o077 == 0 else {
            throw PKIError("\(path) may be read by others than its owner: chmod 600 \(path)")
        }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16 << 10)
        while bytes.count <= maximumBytes {
            let count = systemRead(descriptor, &chunk, chunk.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw failure("cannot be read", path) }
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes += chunk[..<count]
        }
        throw PKIError("\(path) is larger than \(maximumBytes) bytes")
    }

    /// Makes a directory with mode 0700; one that is there must be ours alone.
    public static func makeDirectory(_ path: String) throws(PKIError) {
        if mkdir(path, 0o700) == 0 { return }
        guard errno == EEXIST else { throw failure("cannot be made", path) }
        var info = stat()
        guard stat(path, &info) == 0, info.st_mode & S_IFMT == S_IFDIR else {
            throw PKIError("\(path) is no directory")
        }
        guard info.st_mode & 0o077 == 0 else {
            throw PKIError("\(path) may be entered by others than its owner: chmod 700 \(path)")
        }
    }

    /// Removes a file; one that is not there is removed already.
    static func remove(_ path: String) throws(PKIError) {
        if unlink(path) != 0, errno != ENOENT { throw failure("cannot be removed", path) }
    }

    private static func failure(_ what: String, _ path: String) -> PKIError {
        PKIError("\(path) \(what): \(String(cString: strerror(errno)))")
    }
}

// Inside the type the names mean its own methods.
private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer?, _ count: Int) -> Int {
    write(descriptor, bytes, count)
}

private func systemRead(_ descriptor: Int32, _ bytes: UnsafeMutableRawPointer, _ count: Int) -> Int {
    read(descriptor, bytes, count)
}
