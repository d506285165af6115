import Ambient
import Glibc
import SystemPackage

/// An open file on its way to a program, closed exactly once.
public final class OpenFile: Sendable {
    private let descriptor: Guarded<Int32?>

    init(_ descriptor: Int32) {
        self.descriptor = Guarded(descriptor)
    }

    deinit {
        close()
    }

    public func close() {
        if let descriptor = given() { Glibc.close(descriptor) }
    }

    /// Whoever takes the descriptor closes it.
    func take() -> Int32 {
        given() ?? -1
    }

    private func given() -> Int32? {
        descriptor.withLock { descriptor in
            defer { descriptor = nil }
            return descriptor
        }
    }

    static func nothing() throws -> OpenFile {
        let descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Errno(rawValue: errno) }
        return OpenFile(descriptor)
    }
}
