import Glibc

extension FileTree {
    /// What a file holds; nil when there is none. More than `limit` bytes are an error.
    public static func read(_ path: String, limit: Int) throws(FileFailure) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw FileFailure("Cannot open", path)
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: min(limit + 1, 64 << 10))
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileFailure("Cannot read", path) }
            if count == 0 { return bytes }
            bytes += buffer[..<count]
            guard bytes.count <= limit else { throw FileFailure("\(path) has more than \(limit) bytes.") }
        }
    }

    /// Bytes of a file from `offset` on, at most `limit`; none at its end or when there is no file.
    public static func read(_ path: String, from offset: Int, limit: Int) throws(FileFailure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT { return [] }
            throw FileFailure("Cannot open", path)
        }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: limit)
        while true {
            let count = pread(descriptor, &buffer, buffer.count, off_t(offset))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileFailure("Cannot read", path) }
            return Array(buffer[..<count])
        }
    }

    /// Gives a file or directory another name, in one step.
    /// - Returns: false when the new name is taken by a directory that is not empty.
    public static func move(_ path: String, to target: String) throws(FileFailure) -> Bool {
        if rename(path, target) == 0 { return true }
        if errno == ENOTEMPTY || errno == EEXIST { return false }
        throw FileFailure("Cannot move \(path) to", target)
    }

    /// Gives a file a second name, in one step; false when that name is taken.
    public static func link(_ path: String, to target: String) throws(FileFailure) -> Bool {
        if Glibc.link(path, target) == 0 { return true }
        if errno == EEXIST { return false }
        throw FileFailure("Cannot link \(path) to", target)
    }

    /// What tells one content of a file from another, without reading it; nil when there is none.
    public static func fingerprint(_ path: String) -> FileFingerprint? {
        var status = stat()
        guard stat(path, &status) == 0 else { return nil }
        return FileFingerprint(
            inode: UInt64(status.st_ino), bytes: Int(status.st_size), allocatedBytes: Int(status.st_blocks) * 512,
            modifiedMicroseconds: Int64(status.st_mtim.tv_sec) * 1_000_000 + Int64(status.st_mtim.tv_nsec) / 1000)
    }

    /// Sets the bytes of a file, making it when it is not there: holes where it grows.
    public static func resize(_ path: String, to bytes: Int) throws(FileFailure) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw FileFailure("Cannot open", path) }
        defer { close(descriptor) }
        guard ftruncate(descriptor, off_t(bytes)) == 0 else { throw FileFailure("Cannot resize", path) }
    }

    /// Returns when the bytes of a file survive a power cut.
    public static func synchronize(_ path: String) throws(FileFailure) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw FileFailure("Cannot open", path) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw FileFailure("Cannot write out", path) }
    }

    /// Permission bits; nil when there is none.
    public static func mode(_ path: String) -> UInt32? {
        var status = stat()
        return stat(path, &status) == 0 ? UInt32(status.st_mode & 0o7777) : nil
    }

    public static func setMode(_ path: String, _ mode: UInt32) throws(FileFailure) {
        guard chmod(path, mode_t(mode)) == 0 else { throw FileFailure("Cannot set the mode of", path) }
    }
}

/// Inode, size and time of the last write.
public struct FileFingerprint: Sendable, Hashable {
    public let inode: UInt64
    public let bytes: Int
    /// What it takes on the disk.
    public let allocatedBytes: Int
    public let modifiedMicroseconds: Int64
}

extension PrivateDirectory {
    /// Writes a file in one step, whether it is there or not: a reader sees the old bytes or the new ones.
    public func replace(_ name: String, _ bytes: [UInt8], _ suffix: String) throws(FileFailure) {
        let place = try write(".\(name)-\(suffix)", bytes)
        _ = try FileTree.move(place, to: "\(path)/\(name)")
    }

    /// Writes a file in one step unless it is there; false when it is.
    public func add(_ name: String, _ bytes: [UInt8], _ suffix: String) throws(FileFailure) -> Bool {
        let place = try write(".\(name)-\(suffix)", bytes)
        defer { FileTree.remove(place) }
        return try FileTree.link(place, to: "\(path)/\(name)")
    }
}
