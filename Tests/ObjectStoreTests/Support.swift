import Ambient
import JSON
import ObjectStore
import ObjectStoreSQLite

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// A directory that goes when the test ends.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        var template = Array("\(temporaryRoot)/imm-store-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Missing(what: "a temporary directory") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit { TemporaryDirectory.remove(path) }

    var database: String { path + "/data/store.db" }

    /// The names in the directory `data`.
    var files: [String] { TemporaryDirectory.names(path + "/data") }

    private static func names(_ path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    private static func remove(_ path: String) {
        for name in names(path) { remove(path + "/" + name) }
        if unlink(path) != 0 { rmdir(path) }
    }
}

struct Missing: Error {
    let what: String
}

func permissions(_ path: String) throws -> mode_t {
    var status = stat()
    guard stat(path, &status) == 0 else { throw Missing(what: path) }
    return status.st_mode & 0o777
}

func contents(_ path: String) throws -> [UInt8] {
    guard let file = fopen(path, "rb") else { throw Missing(what: path) }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
    return bytes
}

func write(_ bytes: [UInt8], to path: String) throws {
    guard let file = fopen(path, "wb") else { throw Missing(what: path) }
    defer { fclose(file) }
    guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw Missing(what: "room for \(path)") }
}

/// A clock that only the test moves; sleeping is for real.
final class ManualTime: TimeSource {
    private let elapsed = Guarded(Duration.zero)
    private let start: Timestamp

    init(start: Timestamp = Timestamp(microsecondsSinceEpoch: 1_000_000_000_000)) { self.start = start }

    var now: Timestamp { start + uptime }
    var uptime: Duration { elapsed.withLock { $0 } }
    func advance(by duration: Duration) { elapsed.withLock { $0 += duration } }
    func sleep(for duration: Duration) async throws { try await Task.sleep(for: duration) }

    var surroundings: Surroundings { Surroundings(time: self, randomness: SystemRandomness()) }
}

/// A generator with a seed (SplitMix64), so that a failing run can be repeated.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

let scope = StoreScope(resource: "imm.dev/instances")

func key(_ name: String, in namespace: String = "default") -> ObjectKey {
    ObjectKey(resource: scope.resource, namespace: namespace, name: name)
}

extension VersionedStore {
    @discardableResult
    func put(_ name: String, _ value: Int, filler: Int = 0) async throws -> StoredObject {
        let body: JSONValue = ["value": .int(Int64(value)), "filler": .string(String(repeating: "x", count: filler))]
        return try await commit([StoreMutation(key(name), .put(body), if: .none)])[0]
    }

    func value(_ name: String) async throws -> Int? { try await get(key(name)).flatMap(\.value) }
}

extension StoredObject {
    var value: Int? { body["value"]?.intValue.map { Int($0) } }
}

extension StoreWatch {
    /// The versions of the next `count` events.
    func versions(_ count: Int) async throws -> [UInt64] {
        var versions: [UInt64] = []
        while versions.count < count, let batch = try await next() { versions += batch.map(\.version.value) }
        return versions
    }
}

var ownProcess: pid_t { getpid() }

/// Where tests make their files: below the run's own directory, which is looked through for leftovers at its end.
let temporaryRoot = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
