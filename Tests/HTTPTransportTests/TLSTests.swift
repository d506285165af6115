import Glibc
import HTTPTransport
import Testing

/// Against `openssl s_server`, with an authority and certificates made for the test.
@Suite(.enabled(if: access("/usr/bin/openssl", X_OK) == 0, "needs /usr/bin/openssl"))
struct TLSTests {
    /// A directory with ca.pem, server.pem/key, client.pem/key, and a server that wants client certificates.
    private func withServer(_ body: (_ directory: String, _ base: String) async throws -> Void) async throws {
        let directory = "\(temporaryRoot)/imm-tls-\(getpid())-\(UInt32.random(in: .min ... .max))"
        mkdir(directory, 0o700)
        defer { _ = run(["/bin/rm", "-rf", directory]) }
        let script = """
            set -e; cd \(directory)
            new="openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2"
            $new -subj /CN=ca -keyout ca.key -out ca.pem 2>/dev/null
            for name in server client; do
              $new -subj /CN=$name -CA ca.pem -CAkey ca.key -addext subjectAltName=IP:127.0.0.1 \
                -addext basicConstraints=critical,CA:FALSE -keyout $name.key -out $name.pem 2>/dev/null
            done
            """
        try #require(run(["/bin/sh", "-c", script]) == 0)
        let free = try StubServer { _ in }
        free.stop()
        let server = spawnProcess(
            [
                "/usr/bin/openssl", "s_server", "-www", "-quiet", "-accept", "127.0.0.1:\(free.port)", "-cert",
                "\(directory)/server.pem", "-key", "\(directory)/server.key", "-CAfile", "\(directory)/ca.pem",
                "-Verify", "1", "-verify_return_error",
            ])
        defer {
            kill(server, SIGKILL)
            waitpid(server, nil, 0)
        }
        let base = "https://127.0.0.1:\(free.port)"
        for _ in 0..<100 {
            let transport = HTTPTransport(endpoint: .tcp(base: base))
            let error = await #expect(throws: HTTPError.self) { _ = try await transport.send(HTTPRequest(.get, "/")) }
            if error?.code != .connectionRefused { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        try await body(directory, base)
    }

    @Test func `certificates from files and from memory work, and what cannot be trusted is refused`() async throws {
        try await withServer { directory, base in
            let files = TLSOptions(
                certificateAuthority: .file(path: directory + "/ca.pem"),
                clientCertificate: .file(path: directory + "/client.pem"),
                clientKey: .file(path: directory + "/client.key"))
            #expect(try await status(base, files) == 200)

            let blobs = TLSOptions(
                certificateAuthority: .pem(try read(directory + "/ca.pem")),
                clientCertificate: .pem(try read(directory + "/client.pem")),
                clientKey: .pem(try read(directory + "/client.key")))
            #expect(try await status(base, blobs) == 200)

            #expect(await failure(base, nil) == .tlsFailed)
            let noClient = TLSOptions(certificateAuthority: files.certificateAuthority)
            #expect(await failure(base, noClient) == .tlsFailed)
            let other = base.split(separator: ":")[2]
            #expect(await failure("https://localhost:\(other)", files) == .tlsFailed)
            var broken = files
            broken.clientKey = .pem(Array("not a key".utf8))
            #expect(await failure(base, broken) == .tlsFailed)
        }
    }

    private func status(_ base: String, _ tls: TLSOptions?) async throws -> Int {
        try await HTTPTransport(endpoint: .tcp(base: base, tls: tls)).send(HTTPRequest(.get, "/")).status
    }

    private func failure(_ base: String, _ tls: TLSOptions?) async -> HTTPError.Code? {
        let error = await #expect(throws: HTTPError.self) { _ = try await status(base, tls) }
        return error?.code
    }

    private func read(_ path: String) throws -> [UInt8] {
        let file = try #require(fopen(path, "r"))
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 16 << 10)
        let count = fread(&bytes, 1, bytes.count, file)
        return Array(bytes[..<count])
    }

    private func run(_ arguments: [String]) -> Int32 {
        var status: Int32 = -1
        waitpid(spawnProcess(arguments), &status, 0)
        return status
    }

    private func spawnProcess(_ arguments: [String]) -> pid_t {
        var process: pid_t = 0
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor: Int32 in [0, 1, 2] {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        var pointers: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        posix_spawn(&process, arguments[0], &actions, nil, &pointers, environ)
        return process
    }
}
