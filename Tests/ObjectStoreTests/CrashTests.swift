import Ambient
import ObjectStore
import ObjectStoreSQLite
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// What a store has acknowledged is there after its process was killed.
@Suite(.timeLimit(.minutes(3)), .serialized)
struct CrashTests {
    private let directory: TemporaryDirectory

    init() throws { directory = try TemporaryDirectory() }

    @Test func `killed twenty times, it loses nothing that it acknowledged`() async throws {
        let seed: UInt64 = 20_261_121
        var random = SeededGenerator(seed: seed)
        var newest = StoreVersion(0)
        var total = 0
        for round in 0..<20 {
            let writer = try Writer(arguments: [directory.database, "4"])
            let lines = try await writer.linesUntilKilled(
                after: Int.random(in: 1...80, using: &random), .microseconds(Int.random(in: 0...5_000, using: &random)))
            let acknowledged = lines.compactMap(Acknowledgement.init)
            total += acknowledged.count
            let first = acknowledged.map(\.version).min() ?? newest
            #expect(acknowledged.isEmpty || first > newest, "round \(round) of seed \(seed): versions went back")

            let store = try SQLiteObjectStore(path: directory.database, surroundings: .system)
            try await expectAllThere(store, acknowledged, "round \(round) of seed \(seed)")
            if let base = acknowledged.map(\.version).min() {
                try await expectHistory(store, after: base, acknowledged, "round \(round) of seed \(seed)")
            }
            newest = try await store.currentVersion()
            try await store.close()
        }
        #expect(total > 200, "only \(total) commits were acknowledged in 20 rounds: the test proves little")
    }

    @Test func `a process whose disk is full refuses commits, serves reads and can be opened again`() async throws {
        let writer = try Writer(arguments: [directory.database, "1", "400000"])
        let (lines, status) = try await writer.linesUntilExit()
        #expect(lines.last?.hasPrefix("full ") == true, "it said \(lines.last ?? "nothing")")
        #expect(status == 0, "it showed what it had refused")
        let store = try SQLiteObjectStore(path: directory.database, surroundings: .system)
        try await expectAllThere(store, lines.compactMap(Acknowledgement.init), "after a full disk")
        try await store.put("more", 1)
        try await store.close()
    }

    private func expectAllThere(
        _ store: SQLiteObjectStore, _ acknowledged: [Acknowledgement], _ comment: String
    ) async throws {
        var latest: [String: StoreVersion] = [:]
        for entry in acknowledged { latest[entry.name] = max(latest[entry.name] ?? entry.version, entry.version) }
        for (name, version) in latest.sorted(by: { $0.key < $1.key }) {
            let object = try await store.get(key(name))
            #expect((object?.version ?? StoreVersion(0)) >= version, "\(comment): \(name) lost version \(version)")
        }
        for object in try await store.list(scope, limit: nil, continuation: nil).objects
        where object.key.name.hasPrefix("left-") {
            let twin = "right-" + object.key.name.dropFirst(5)
            #expect(try await store.value(twin) == object.value, "\(comment): half a commit of \(object.key.name)")
        }
    }

    /// The history holds every acknowledged version after `base` once, in order, each continuing its object.
    private func expectHistory(
        _ store: SQLiteObjectStore, after base: StoreVersion, _ acknowledged: [Acknowledgement], _ comment: String
    ) async throws {
        let watch = try await store.watch(scope, after: base)
        // An end to look for.
        let end = try await store.put("end", Int(base.value)).version
        var versions: [StoreVersion] = []
        while versions.last != end, let batch = try await watch.next() {
            for event in batch {
                versions.append(event.version)
                guard case .put(let object, let previous) = event, object.key.name != "end" else { continue }
                #expect(
                    object.value == (previous?.value ?? 0) + 1, "\(comment): a gap before version \(object.version)")
            }
        }
        #expect(versions == versions.sorted() && Set(versions).count == versions.count, "\(comment): out of order")
        let missing = Set(acknowledged.map(\.version)).subtracting(versions).subtracting([base])
        #expect(missing.isEmpty, "\(comment): the history lost \(missing.sorted())")
    }
}

/// One line of the writer.
private struct Acknowledgement {
    let name: String
    let version: StoreVersion

    init?(_ line: String) {
        let words = line.split(separator: " ")
        guard words.count == 2, let version = StoreVersion(String(words[1])) else { return nil }
        name = String(words[0])
        self.version = version
    }
}

/// The program `store-writer`, built beside the tests.
private final class Writer {
    private let process: pid_t
    private let output: Int32

    init(arguments: [String]) throws {
        var pipe: [Int32] = [0, 0]
        guard Glibc.pipe(&pipe) == 0 else { throw Missing(what: "a pipe") }
        for end in pipe { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, pipe[1], 1)
        let program = try Writer.program()
        var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var process: pid_t = 0
        let code = posix_spawn(&process, program, &actions, nil, &words, environ)
        close(pipe[1])
        guard code == 0 else {
            close(pipe[0])
            throw Missing(what: program)
        }
        self.process = process
        output = pipe[0]
    }

    deinit { close(output) }

    private static func program() throws -> String {
        var buffer = [CChar](repeating: 0, count: 4_096)
        let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
        guard count > 0 else { throw Missing(what: "/proc/self/exe") }
        let runner = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let candidates = [runner, CommandLine.arguments[0]] + CommandLine.arguments.filter { $0.hasSuffix(".xctest") }
        for candidate in candidates {
            guard let slash = candidate.lastIndex(of: "/") else { continue }
            let program = candidate[..<slash] + "/store-writer"
            if access(String(program), X_OK) == 0 { return String(program) }
        }
        throw Missing(what: "store-writer beside \(candidates)")
    }

    /// Kills it when it has said so many lines and this much time has passed; whole lines only.
    func linesUntilKilled(after count: Int, _ delay: Duration) async throws -> [String] {
        var text: [UInt8] = []
        while text.count(where: { $0 == UInt8(ascii: "\n") }) < count, readSome(into: &text) {}
        try await Task.sleep(for: delay)
        kill(process, SIGKILL)
        while readSome(into: &text) {}
        var status: Int32 = 0
        waitpid(process, &status, 0)
        return Writer.wholeLines(text)
    }

    func linesUntilExit() async throws -> (lines: [String], status: Int32) {
        var text: [UInt8] = []
        while readSome(into: &text) {}
        var status: Int32 = 0
        waitpid(process, &status, 0)
        return (Writer.wholeLines(text), status)
    }

    private func readSome(into text: inout [UInt8]) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = read(output, &buffer, buffer.count)
        if count > 0 { text += buffer[..<count] }
        return count > 0
    }

    private static func wholeLines(_ text: [UInt8]) -> [String] {
        guard let end = text.lastIndex(of: UInt8(ascii: "\n")) else { return [] }
        return String(decoding: text[..<end], as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
