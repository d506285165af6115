import Glibc

/// Files and directories by the C library.
enum FileReader {
    enum Failure: Error {
        case tooLarge
        case system(String)
    }

    static func lastError() -> String { String(cString: strerror(errno)) }

    static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    static func isLink(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    /// Everything up to the end, unless that is more than `limit` bytes.
    static func read(_ descriptor: CInt, limit: Int) -> Result<[UInt8], Failure> {
        var bytes: [UInt8] = []
        let chunk = 1 << 16
        while true {
            let old = bytes.count
            bytes.append(contentsOf: repeatElement(0, count: chunk))
            let count = bytes.withUnsafeMutableBytes { buffer in
                Glibc.read(descriptor, buffer.baseAddress.map { $0 + old }, chunk)
            }
            if count < 0, errno != EINTR { return .failure(.system(lastError())) }
            bytes.removeLast(chunk - max(count, 0))
            if bytes.count > limit { return .failure(.tooLarge) }
            if count == 0 { return .success(bytes) }
        }
    }

    /// The names in a directory, in the order of their bytes; nil when it cannot be read.
    static func names(in path: String) -> [String]? {
        guard let directory = opendir(path) else { return nil }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
    }
}
