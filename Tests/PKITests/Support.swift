import Ambient
import Glibc
import PKI
import Testing

/// A clock that stands where it was put.
final class SetTime: TimeSource {
    private let value = Guarded(Timestamp(rfc3339: "2030-01-01T00:00:00Z") ?? .epoch)

    var now: Timestamp { value.withLock { $0 } }
    var uptime: Duration { .zero }
    func sleep(for duration: Duration) async throws {}

    func pass(days: Int) { value.withLock { $0 = $0 + .seconds(days * 86_400) } }
}

struct Counting: Randomness {
    private let last = Guarded<UInt64>(0)

    func next() -> UInt64 {
        last.withLock {
            $0 += 1
            return $0
        }
    }
}

/// A directory for one test, removed with all that is in it.
func withDirectory<Result>(_ body: (String) async throws -> Result) async throws -> Result {
    var template = Array("/tmp/imm-pki-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    defer {
        for folder in ["\(path)/pki", path] {
            for name in entries(folder) { unlink("\(folder)/\(name)") }
            rmdir(folder)
        }
    }
    return try await body(path)
}

func entries(_ path: String) -> [String] {
    guard let directory = opendir(path) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
            pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
}

func mode(_ path: String) -> mode_t {
    var info = stat()
    return lstat(path, &info) == 0 ? info.st_mode & 0o777 : 0
}
