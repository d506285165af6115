import Glibc

/// Files below a directory. Links are never followed.
public enum FileTree {
    public struct Entry: Sendable {
        public let name: String
        public let isDirectory: Bool
        public let bytes: Int
        /// When it was last written.
        public let modified: Timespec
    }

    /// Seconds and nanoseconds since 1970.
    public struct Timespec: Sendable, Comparable {
        let seconds: Int
        let nanoseconds: Int

        public static func < (left: Timespec, right: Timespec) -> Bool {
            (left.seconds, left.nanoseconds) < (right.seconds, right.nanoseconds)
        }
    }

    /// What a directory holds, by name; nothing when it is none.
    public static func entries(_ path: String) -> [Entry] {
        guard let stream = opendir(path) else { return [] }
        defer { closedir(stream) }
        var entries: [Entry] = []
        while let item = readdir(stream) {
            let name = withUnsafePointer(to: &item.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name == "." || name == ".." { continue }
            var status = stat()
            guard lstat("\(path)/\(name)", &status) == 0 else { continue }
            entries.append(
                Entry(
                    name: name, isDirectory: status.st_mode & S_IFMT == S_IFDIR, bytes: Int(status.st_size),
                    modified: Timespec(seconds: status.st_mtim.tv_sec, nanoseconds: status.st_mtim.tv_nsec)))
        }
        return entries.sorted { $0.name < $1.name }
    }

    /// Bytes of all files below it.
    public static func bytes(_ path: String) -> Int {
        entries(path).reduce(0) { $0 + ($1.isDirectory ? bytes("\(path)/\($1.name)") : $1.bytes) }
    }

    public static func isThere(_ path: String) -> Bool {
        access(path, F_OK) == 0
    }

    /// Removes a file, or a directory with all that is in it; nothing when it is not there.
    public static func remove(_ path: String) {
        if unlink(path) == 0 || errno == ENOENT { return }
        // Also of what somebody made unreadable.
        chmod(path, 0o700)
        for entry in entries(path) { remove("\(path)/\(entry.name)") }
        rmdir(path)
    }
}
