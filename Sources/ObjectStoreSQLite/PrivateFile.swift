import ObjectStore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Files that only their owner may read, and that are on disk when the call returns.
enum PrivateFile {
    /// Makes the directory and those above it, for the owner alone. One that exists is left as it is.
    static func makeDirectory(_ path: String) throws(StoreError) {
        if mkdir(path, 0o700) == 0 {
            try syncDirectory(parent(of: path))
            return
        }
        switch errno {
        case EEXIST: return
        case ENOENT where parent(of: path) != path:
            try makeDirectory(parent(of: path))
            try makeDirectory(path)
        default: throw failure("cannot make the directory", path)
        }
    }

    /// Opens the file for reading and writing, made if missing. The caller closes it.
    static func open(_ path: String) throws(StoreError) -> Int32 {
        let file = openRetrying(path, O_RDWR | O_CREAT | O_CLOEXEC)
        guard file >= 0 else { throw failure("cannot open", path) }
        guard fchmod(file, 0o600) == 0 else {
            let error = failure("cannot set the mode of", path)
            close(file)
            throw error
        }
        return file
    }

    /// Makes the file, if missing, with its entry in the directory on disk.
    static func create(_ path: String) throws(StoreError) {
        close(try open(path))
        try syncDirectory(parent(of: path))
    }

    /// The first `limit` bytes; nil when there is no such file.
    static func read(_ path: String, limit: Int = 4096) throws(StoreError) -> [UInt8]? {
        let file = openRetrying(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else {
            if errno == ENOENT { return nil }
            throw failure("cannot open", path)
        }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: limit)
        var count = 0
        while count < limit {
            let got = bytes.withUnsafeMutableBytes {
                pread(file, $0.baseAddress?.advanced(by: count), limit - count, count)
            }
            if got == 0 { break }
            if got > 0 { count += got } else if errno != EINTR { throw failure("cannot read", path) }
        }
        return Array(bytes.prefix(count))
    }

    /// Replaces the file's content in one step: after a crash it is the old or the new one.
    static func replace(_ path: String, with bytes: [UInt8]) throws(StoreError) {
        let draft = path + ".new"
        let file = try open(draft)
        defer { close(file) }
        guard ftruncate(file, 0) == 0 else { throw failure("cannot empty", draft) }
        try write(bytes, to: file, draft)
        guard fsync(file) == 0 else { throw failure("cannot sync", draft) }
        guard rename(draft, path) == 0 else { throw failure("cannot rename \(draft) to", path) }
        try syncDirectory(parent(of: path))
    }

    /// Writes `bytes` at the start of `file`, whose `path` is for messages.
    static func write(_ bytes: [UInt8], to file: Int32, _ path: String) throws(StoreError) {
        var count = 0
        while count < bytes.count {
            let put = bytes.withUnsafeBytes {
                pwrite(file, $0.baseAddress?.advanced(by: count), bytes.count - count, count)
            }
            if put >= 0 { count += put } else if errno != EINTR { throw failure("cannot write", path) }
        }
    }

    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    private static func syncDirectory(_ path: String) throws(StoreError) {
        let directory = openRetrying(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw failure("cannot open", path) }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw failure("cannot sync", path) }
    }

    private static func openRetrying(_ path: String, _ flags: Int32) -> Int32 {
        while true {
            #if canImport(Glibc)
                let file = Glibc.open(path, flags, 0o600)
            #elseif canImport(Musl)
                let file = Musl.open(path, flags, 0o600)
            #else
                let file = Darwin.open(path, flags, 0o600)
            #endif
            if file >= 0 || errno != EINTR { return file }
        }
    }

    private static func failure(_ what: String, _ path: String) -> StoreError {
        StoreError(.storage, "\(what) \(path): \(String(cString: strerror(errno)))")
    }
}
