public import Ambient
import Glibc

/// A directory that only our own user can look into, and what is written there. Everything in it is ours.
public struct PrivateDirectory: Sendable, Hashable {
    /// Absolute.
    public let path: String

    /// Makes the directory and those above it, or takes it over with the mode 0700.
    public init(_ path: String) throws(FileFailure) {
        guard path.hasPrefix("/"), !path.utf8.contains(0) else {
            throw FileFailure("The directory \(path) is not an absolute path.")
        }
        var made = ""
        for part in path.split(separator: "/") {
            made += "/" + part
            guard mkdir(made, 0o700) == 0 || errno == EEXIST else { throw FileFailure("Cannot make", made) }
        }
        guard chmod(path, 0o700) == 0 else { throw FileFailure("Cannot close off", path) }
        self.path = path
    }

    /// A new directory in this one, under a name that begins with `prefix`.
    public func temporary(_ prefix: String, _ randomness: any Randomness) throws(FileFailure) -> PrivateDirectory {
        while true {
            let place = "\(path)/\(prefix)\(randomness.nameSuffix(length: 12))"
            if mkdir(place, 0o700) == 0 { return try PrivateDirectory(place) }
            guard errno == EEXIST else { throw FileFailure("Cannot make", place) }
        }
    }

    /// Writes a new file of mode 0600, or 0700 for a program. The name may have directories in it, which are made; `..` is the
    /// caller's to refuse.
    /// - Returns: its path.
    @discardableResult public func write(
        _ name: String, _ bytes: [UInt8], isProgram: Bool = false
    ) throws(FileFailure) -> String {
        if let slash = name.lastIndex(of: "/") { _ = try PrivateDirectory("\(path)/\(name[..<slash])") }
        let place = "\(path)/\(name)"
        let descriptor = open(place, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, isProgram ? 0o700 : 0o600)
        guard descriptor >= 0 else { throw FileFailure("Cannot make", place) }
        defer { close(descriptor) }
        try PrivateDirectory.write(bytes, to: descriptor, place)
        return place
    }

    @discardableResult public func write(_ name: String, _ text: String) throws(FileFailure) -> String {
        try write(name, Array(text.utf8))
    }

    /// A file without a name that holds the bytes, for a program to read.
    public func input(_ bytes: [UInt8], _ randomness: any Randomness) throws(FileFailure) -> OpenFile {
        let place = "\(path)/input-\(randomness.nameSuffix(length: 12))"
        let descriptor = open(place, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileFailure("Cannot make", place) }
        let file = OpenFile(descriptor)
        unlink(place)
        try PrivateDirectory.write(bytes, to: descriptor, place)
        guard lseek(descriptor, 0, SEEK_SET) == 0 else { throw FileFailure("Cannot rewind", place) }
        return file
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32, _ place: String) throws(FileFailure) {
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw FileFailure("Cannot write", place) }
            done += count
        }
    }

    /// Removes it with all that is in it.
    public func remove() {
        FileTree.remove(path)
    }
}
