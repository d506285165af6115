import Glibc

/// One process, told from a later one of the same number by the time at which it started.
public struct ProcessIdentity: Sendable, Hashable {
    public let pid: Int32
    /// In clock ticks since the boot of the machine (field 22 of /proc/PID/stat).
    public let startTime: String

    public init(pid: Int32, startTime: String) {
        self.pid = pid
        self.startTime = startTime
    }

    /// The process that has this number now; nil: none has, or it has ended and waits to be reaped.
    public init?(current pid: Int32) {
        guard let fields = ProcessIdentity.fields(pid), fields.count > 19, fields[0] != "Z", fields[0] != "X" else {
            return nil
        }
        self.init(pid: pid, startTime: fields[19])
    }

    /// From the third on: what is before may hold blanks and brackets.
    private static func fields(_ pid: Int32) -> [String]? {
        guard let bytes = try? FileTree.read("/proc/\(pid)/stat", limit: 4096) else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        guard let end = text.lastIndex(of: ")") else { return nil }
        return text[text.index(after: end)...].split(separator: " ").map(String.init)
    }

    public var isAlive: Bool { ProcessIdentity(current: pid) == self }

    /// Where it runs; nil: not to be told.
    public var directory: String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/\(pid)/cwd", &buffer, buffer.count)
        return count < 0 ? nil : String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Ends it by force, if it is still the one.
    public func kill() {
        if isAlive { _ = Glibc.kill(pid, SIGKILL) }
    }

    /// Lets go of it when it has ended and is a child of ours.
    public func reapIfEnded() {
        guard let fields = ProcessIdentity.fields(pid), fields.count > 19, fields[0] == "Z", fields[19] == startTime
        else { return }
        var status: Int32 = 0
        _ = waitpid(pid, &status, WNOHANG)
    }
}

/// The lock that a `DetachedProgram` holds while it lives.
public enum LifeFile {
    /// Whether a process holds it.
    public static func isHeld(_ path: String) throws(FileFailure) -> Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return false }
            throw FileFailure("Cannot open", path)
        }
        defer { close(descriptor) }
        // Shared, so that two who look do not take each other for the process.
        while flock(descriptor, LOCK_SH | LOCK_NB) != 0 {
            if errno == EINTR { continue }
            if errno == EWOULDBLOCK { return true }
            throw FileFailure("Cannot look at the lock of", path)
        }
        return false
    }
}
