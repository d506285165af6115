import Ambient
import JSON
import ObjectStore
import ObjectStoreSQLite

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// `store-writer PATH WRITERS [BYTES]`: opens the store, then commits until it is killed, and prints `KEY VERSION`
/// for each commit that the store acknowledged. The crash tests kill it and look for what it printed.
///
/// With BYTES, no file may grow beyond that (as if the disk were full): it prints `full` at the first refusal, checks
/// that reads go on, and exits with 0.
@main
enum StoreWriter {
    static func main() async throws {
        let arguments = CommandLine.arguments
        guard arguments.count >= 3, let writers = Int(arguments[2]) else { exit(2) }
        let store = try SQLiteObjectStore(path: arguments[1], surroundings: .system)
        if arguments.count > 3, let bytes = UInt(arguments[3]) {
            signal(SIGXFSZ, SIG_IGN)
            var limit = rlimit(rlim_cur: rlim_t(bytes), rlim_max: rlim_t(bytes))
            setrlimit(__rlimit_resource_t(1), &limit)
        }
        say("open")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for writer in 0..<writers { group.addTask { try await write(store, writer) } }
            try await group.waitForAll()
        }
    }

    /// Pairs of objects, always of one value: half a commit would show.
    private static func write(_ store: SQLiteObjectStore, _ writer: Int) async throws {
        let (left, right) = (key("left-\(writer)"), key("right-\(writer)"))
        var round = 0
        if let object = try await store.get(left), let last = object.body["value"]?.intValue { round = Int(last) }
        while true {
            round += 1
            let body: JSONValue = ["value": .int(Int64(round)), "filler": .string(String(repeating: "x", count: 700))]
            do {
                let written = try await store.commit([
                    StoreMutation(left, .put(body), if: .none), StoreMutation(right, .put(body), if: .none),
                ])
                for object in written { say("\(object.key.name) \(object.version)") }
            } catch {
                guard error.code == .storage else { throw error }
                let standing = try await store.get(left)?.body["value"]?.intValue
                say("full \(error.message)")
                exit(standing == Int64(round - 1) ? 0 : 1)
            }
        }
    }

    private static func key(_ name: String) -> ObjectKey {
        ObjectKey(resource: "imm.dev/instances", namespace: "default", name: name)
    }

    /// One write a line: whole lines reach the pipe or none.
    private static func say(_ line: String) {
        let bytes = Array((line + "\n").utf8)
        _ = bytes.withUnsafeBytes { Glibc.write(1, $0.baseAddress, bytes.count) }
    }
}
