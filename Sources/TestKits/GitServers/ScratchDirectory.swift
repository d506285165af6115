import Glibc

/// A directory of a test, below TMPDIR; removed with all that is in it by `remove()`.
public struct ScratchDirectory: Sendable {
    public let path: String

    public init(_ name: String) throws(ServerFailure) {
        let base = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(base)/imm-\(name)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw ServerFailure("no directory can be made in \(base)") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// - Returns: the path of the new file.
    @discardableResult public func write(
        _ name: String, _ bytes: [UInt8], mode: UInt32 = 0o600
    ) throws(ServerFailure) -> String {
        let place = "\(path)/\(name)"
        let descriptor = open(place, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
        guard descriptor >= 0 else {
            throw ServerFailure("\(place) cannot be made: \(String(cString: strerror(errno)))")
        }
        defer { close(descriptor) }
        var done = 0
        while done < bytes.count {
            let count = bytes[done...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { throw ServerFailure("\(place) cannot be written") }
            done += count
        }
        return place
    }

    @discardableResult public func write(_ name: String, _ text: String) throws(ServerFailure) -> String {
        try write(name, Array(text.utf8))
    }

    public func make(_ name: String) throws(ServerFailure) -> String {
        let place = "\(path)/\(name)"
        guard mkdir(place, 0o700) == 0 else { throw ServerFailure("\(place) cannot be made") }
        return place
    }

    /// What a file holds; nil when it cannot be read.
    public static func read(_ path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            guard count > 0 else { return count == 0 ? bytes : nil }
            bytes += chunk[..<count]
        }
    }

    public static func isEmpty(_ path: String) -> Bool { names(path).isEmpty }

    private static func names(_ path: String) -> [String] {
        guard let stream = opendir(path) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let item = readdir(stream) {
            names.append(
                withUnsafePointer(to: &item.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                })
        }
        return names.filter { $0 != "." && $0 != ".." }
    }

    public func remove() {
        ScratchDirectory.remove(path)
    }

    private static func remove(_ path: String) {
        if unlink(path) == 0 { return }
        for name in names(path) { remove("\(path)/\(name)") }
        rmdir(path)
    }
}
