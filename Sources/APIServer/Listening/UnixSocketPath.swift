#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The place of the server's unix socket.
///
/// The socket is bound in a directory of its own that only we can enter, given its mode there, and then renamed: nobody
/// can connect to it before it is 0600, and a stale socket of an earlier process is replaced in one step.
struct UnixSocketPath: Sendable {
    /// `sun_path` of Linux has 108 bytes, of macOS 104, with the zero at the end.
    static let maxBytes = 103

    let path: String
    private let directory: String

    /// - Throws: `ListenError` when the path is too long.
    init(_ path: String) throws(ListenError) {
        let slash = path.lastIndex(of: "/")
        let directory = slash.map { String(path[..<$0]) } ?? "."
        self.path = path
        self.directory = directory.isEmpty ? "/" : directory
        // The temporary place is `DIRECTORY/.XXXXXX/s`.
        let needed = max(path.utf8.count, self.directory.utf8.count + "/.XXXXXX/s".utf8.count)
        guard !path.isEmpty, !path.hasSuffix("/"), needed <= UnixSocketPath.maxBytes else {
            throw ListenError(
                "the socket path \(path) cannot be used: it needs \(needed) bytes, and a unix socket's path has at "
                    + "most \(UnixSocketPath.maxBytes); choose a shorter one with --socket")
        }
    }

    /// Makes the directory (0700) if it is missing, and looks that nobody serves there.
    ///
    /// - Returns: where to bind; `publish` moves it to `path`.
    /// - Throws: `ListenError` when a server answers on the socket, or something else than a socket stands there.
    func prepare() throws(ListenError) -> String {
        if mkdir(directory, 0o700) != 0, errno != EEXIST {
            throw ListenError("cannot make the directory \(directory) of the socket: \(lastError())")
        }
        try refuseIfServed()
        var template = Array("\(directory)/.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw ListenError("cannot make a directory in \(directory) for the socket: \(lastError())")
        }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self) + "/s"
    }

    /// Gives the bound socket its mode (0600) and its name, and replaces a stale one.
    func publish(boundAt temporary: String) throws(ListenError) {
        guard chmod(temporary, 0o600) == 0, rename(temporary, path) == 0 else {
            throw ListenError("cannot put the socket at \(path): \(lastError())")
        }
        removeTemporary(temporary)
    }

    /// Removes what `prepare` made; harmless after `publish`.
    func removeTemporary(_ temporary: String) {
        unlink(temporary)
        rmdir(String(temporary.dropLast("/s".count)))
    }

    /// Removes the socket at the end, unless another server has put its own there meanwhile.
    func removeUnlessServed() {
        if isSocket(), !isAnswered() { unlink(path) }
    }

    private func refuseIfServed() throws(ListenError) {
        guard access(path, F_OK) == 0 else { return }
        guard isSocket() else {
            throw ListenError("\(path) is there and is no socket: remove it, or choose another path with --socket")
        }
        if isAnswered() {
            throw ListenError(
                "another server answers on \(path): stop it, or choose another path with --socket, and another "
                    + "--data-dir"
            )
        }
    }

    /// Opening a socket as a file fails in its own way (open(2), ENXIO).
    private func isSocket() -> Bool {
        let descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
        if descriptor >= 0 {
            close(descriptor)
            return false
        }
        return errno == ENXIO
    }

    /// Whether a process listens at the path: the kernel refuses connections to a socket whose process is gone.
    private func isAnswered() -> Bool {
        #if canImport(Glibc)
            // A child process started meanwhile must not hold the connection open.
            let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        #else
            let type = SOCK_STREAM
        #endif
        let descriptor = socket(AF_UNIX, type, 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0 || errno != ECONNREFUSED
            }
        }
    }
}

private func lastError() -> String { String(cString: strerror(errno)) }
