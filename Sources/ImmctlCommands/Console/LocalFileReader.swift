import Ambient
import Glibc

/// Reads a large file of this host piece by piece.
final class LocalFileReader: Sendable {
    private let path: String
    private let descriptor: Int32

    init(_ path: String) throws(CommandFailure) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC)
        self.path = path
        guard descriptor >= 0 else {
            throw CommandFailure(.failed, "\(path) cannot be read: \(String(cString: strerror(errno)))")
        }
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Nothing at the end of the file.
    func next(_ count: Int) throws(CommandFailure) -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: count)
        while true {
            let taken = read(descriptor, &buffer, count)
            if taken < 0, errno == EINTR { continue }
            guard taken >= 0 else {
                throw CommandFailure(.failed, "\(path) cannot be read: \(String(cString: strerror(errno)))")
            }
            return Array(buffer[..<taken])
        }
    }
}
