import Ambient
import ObjectStore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The ownership of a store: an advisory lock (flock) on a file beside the database, held until ``release()`` or the
/// end of the process, however it ends. The file holds the owner's process id, for the message that the next one
/// prints.
final class StoreLock: Sendable {
    private let file: Guarded<Int32?>

    /// Throws `.locked` when another process, or another store in this one, holds it.
    init(_ path: String) throws(StoreError) {
        let file = try PrivateFile.open(path)
        do throws(StoreError) {
            guard flock(file, LOCK_EX | LOCK_NB) == 0 else { throw try StoreLock.refusal(path, errno) }
            guard ftruncate(file, 0) == 0 else {
                throw StoreError(.storage, "cannot write \(path): \(String(cString: strerror(errno)))")
            }
            try PrivateFile.write(Array("\(getpid())\n".utf8), to: file, path)
        } catch {
            close(file)
            throw error
        }
        self.file = Guarded(file)
    }

    deinit { release() }

    func release() {
        let file = file.withLock { file in
            defer { file = nil }
            return file
        }
        guard let file else { return }
        // Closing alone is not enough: a child that is just being spawned may still hold a copy of the descriptor.
        flock(file, LOCK_UN)
        close(file)
    }

    private static func refusal(_ path: String, _ code: Int32) throws(StoreError) -> StoreError {
        guard code == EWOULDBLOCK else {
            return StoreError(.storage, "cannot lock \(path): \(String(cString: strerror(code)))")
        }
        let text = String(decoding: try PrivateFile.read(path, limit: 32) ?? [], as: UTF8.self)
        let owner = Int(text.prefix { $0.isNumber }).map { "process \($0)" } ?? "another process"
        return StoreError(
            .locked,
            "the store in \(PrivateFile.parent(of: path)) is in use by \(owner): stop that, or use another data "
                + "directory, or connect to its server")
    }
}
