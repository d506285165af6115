import Ambient
import Glibc
import ProcessControl
import Testing

/// Programs that behave, and programs that do not.
@Suite struct ProgramRunnerTests {
    private let runner = ProgramRunner(time: SystemTime())

    private func shell(
        _ script: String, timeout: Duration = .seconds(30), outputLimit: Int = 1 << 20,
        isExceeded: (@Sendable () -> Bool)? = nil
    ) -> ProgramCall {
        ProgramCall(
            "/bin/sh", ["-c", script], environment: ["ONLY": "this"], directory: "/", outputLimit: outputLimit,
            timeout: timeout, isExceeded: isExceeded)
    }

    /// Processes whose arguments hold a word.
    private func processes(with word: String) -> Int {
        guard let stream = opendir("/proc") else { return 0 }
        defer { closedir(stream) }
        var count = 0
        while let item = readdir(stream) {
            let name = withUnsafePointer(to: &item.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            guard Int(name) != nil, let file = fopen("/proc/\(name)/cmdline", "r") else { continue }
            defer { fclose(file) }
            var bytes = [UInt8](repeating: 0, count: 4096)
            let length = fread(&bytes, 1, bytes.count, file)
            let arguments = bytes[..<length].split(separator: 0).map { String(decoding: $0, as: UTF8.self) }
            if arguments.contains(word) { count += 1 }
        }
        return count
    }

    @Test func `output, errors and code come back, and nothing of our environment goes in`() async throws {
        let result = try await runner.run(shell("echo out; echo err >&2; echo $ONLY$HOME; pwd; exit 3"))
        #expect(result.exitCode == 3 && !result.isSuccess)
        #expect(String(decoding: result.output, as: UTF8.self) == "out\nthis\n/\n")
        #expect(String(decoding: result.errors, as: UTF8.self) == "err\n")
    }

    @Test func `a signal is no code`() async throws {
        let result = try await runner.run(shell("kill -9 $$"))
        #expect(result.exitCode == nil && !result.isSuccess)
    }

    @Test func `what is read comes from a file, and no more is there`() async throws {
        let directory = try PrivateDirectory("/tmp/imm-process-\(getpid())-input")
        defer { directory.remove() }
        let bytes = [UInt8](repeating: 65, count: 300_000)
        var call = ProgramCall("/bin/cat", [], environment: [:], directory: "/", timeout: .seconds(30))
        call.input = try directory.input(bytes, SystemRandomness())
        #expect(try await runner.run(call).output == bytes)
        call.input = nil
        #expect(try await runner.run(call).output.isEmpty)
        #expect(FileTree.entries(directory.path).isEmpty)
    }

    @Test func `a program that is not there is told`() async throws {
        let call = ProgramCall("/nowhere/at-all", [], environment: [:], directory: "/", timeout: .seconds(5))
        let failure = await #expect(throws: ProgramFailure.self) { try await runner.run(call) }
        guard case .notStarted(let reason) = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        #expect(reason.contains("/nowhere/at-all"))
    }

    @Test func `a program that takes too long is ended with all that it started, whether they listen or not`()
        async throws
    {
        let script = "trap '' TERM; sh -c 'trap \"\" TERM; sleep 98761' & sleep 98761"
        let failure = await #expect(throws: ProgramFailure.self) {
            try await runner.run(shell(script, timeout: .milliseconds(300)))
        }
        #expect(failure == .timedOut)
        #expect(processes(with: "98761") == 0)
    }

    @Test func `what a program leaves behind is ended too`() async throws {
        let result = try await runner.run(shell("sleep 98762 >/dev/null 2>&1 & echo done"))
        #expect(result.isSuccess)
        #expect(processes(with: "98762") == 0)
    }

    @Test func `a program that closes its outputs is waited for`() async throws {
        let result = try await runner.run(shell("exec >&- 2>&-; sleep 0.3; exit 5"))
        #expect(result.exitCode == 5)
    }

    @Test func `more output than the limit ends a program`() async throws {
        let failure = await #expect(throws: ProgramFailure.self) {
            try await runner.run(shell("while :; do echo 98763; done", outputLimit: 100_000))
        }
        #expect(failure == .outputTooLarge)
        let exact = try await runner.run(shell("printf 12345", outputLimit: 5))
        #expect(exact.output.count == 5)
    }

    @Test func `of errors without end the last are kept`() async throws {
        let result = try await runner.run(
            shell("i=0; while [ $i -lt 20000 ]; do echo line-$i >&2; i=$((i+1)); done; echo last >&2"))
        #expect(result.errors.count <= ProgramRunner.errorLimit)
        #expect(String(decoding: result.errors, as: UTF8.self).hasSuffix("line-19999\nlast\n"))
    }

    @Test func `a limit of the caller's ends a program`() async throws {
        let failure = await #expect(throws: ProgramFailure.self) {
            try await runner.run(shell("sleep 98764", isExceeded: { true }))
        }
        #expect(failure == .exceeded)
        #expect(processes(with: "98764") == 0)
    }

    @Test func `a cancelled task ends its program`() async throws {
        let runner = runner
        let call = shell("sleep 98765 & sleep 98765")
        let task = Task { try await runner.run(call) }
        while processes(with: "98765") < 2 { await Task.yield() }
        task.cancel()
        let failure = await #expect(throws: ProgramFailure.self) { try await task.value }
        #expect(failure == .cancelled)
        #expect(processes(with: "98765") == 0)
    }

    @Test func `a private directory is one, and is gone with all that is in it`() throws {
        let directory = try PrivateDirectory("/tmp/imm-process-\(getpid())-private")
        let inner = try directory.temporary("x-", SystemRandomness())
        let file = try inner.write("a/b/c", Array("text".utf8))
        var status = stat()
        #expect(lstat(file, &status) == 0 && status.st_mode & 0o777 == 0o600)
        #expect(lstat(inner.path, &status) == 0 && status.st_mode & 0o777 == 0o700)
        #expect(throws: FileFailure.self) { try inner.write("a/b/c", Array("again".utf8)) }
        symlink("/etc", inner.path + "/link")
        #expect(FileTree.bytes(directory.path) == 4 + 4)
        chmod(inner.path + "/a", 0)
        directory.remove()
        #expect(access(directory.path, F_OK) != 0)
        #expect(access("/etc/passwd", F_OK) == 0)
    }
}
