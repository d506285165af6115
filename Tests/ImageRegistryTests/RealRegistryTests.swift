import Ambient
import Glibc
import HTTPTransport
import ImageRegistry
import JSON
import Testing

/// Against Debian's docker-registry on loopback.
@Suite(.enabled(if: RegistryProcess.isThere, "needs docker-registry, or its path in IMM_TEST_REGISTRY"))
struct RealRegistryTests {
    @Test func `tags and digests are those that were pushed`() async throws {
        try await RegistryProcess.with { registry in
            let client = RegistryClient(SystemTime())
            let repository = "\(registry.address)/team/app"
            var digests: [String: String] = [:]
            for tag in ["1.0", "1.1", "latest"] { digests[tag] = try await registry.push("team/app", tag) }
            #expect(try await client.tags(of: repository).sorted() == ["1.0", "1.1", "latest"])
            for (tag, digest) in digests { #expect(try await client.digest(of: repository, tag: tag) == digest) }
            #expect(Set(digests.values).count == 3)
            let moved = try await registry.push("team/app", "latest", content: "moved")
            #expect(moved != digests["latest"])
            #expect(try await client.digest(of: repository, tag: "latest") == moved)
        }
    }

    @Test func `what is not there is not found`() async throws {
        try await RegistryProcess.with { registry in
            _ = try await registry.push("team/app", "1")
            let client = RegistryClient(SystemTime())
            await #expect(throws: RegistryError.self) { _ = try await client.tags(of: "\(registry.address)/team/none") }
            do throws(RegistryError) {
                _ = try await client.digest(of: "\(registry.address)/team/app", tag: "2")
                Issue.record("nothing was thrown")
            } catch { #expect(error.kind == .notFound, "\(error)") }
        }
    }
}

/// The registry as a process, with its data in a temporary directory.
struct RegistryProcess {
    static let binary = getenv("IMM_TEST_REGISTRY").map { String(cString: $0) } ?? "/usr/bin/docker-registry"
    static let isThere = access(binary, X_OK) == 0

    /// `127.0.0.1:port`
    let address: String
    private let transport: HTTPTransport

    static func with(_ body: (RegistryProcess) async throws -> Void) async throws {
        let root = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(root)/imm-registry-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer { waitpid(spawn(["/bin/rm", "-rf", directory]), nil, 0) }
        let address = "127.0.0.1:\(20000 + SystemRandomness().below(20000))"
        let text = """
            version: 0.1
            storage: {filesystem: {rootdirectory: \(directory)/data}}
            http: {addr: "\(address)"}
            log: {level: error}
            """
        let file = try #require(fopen(directory + "/config.yml", "w"))
        fputs(text, file)
        fclose(file)
        let process = spawn([binary, "serve", directory + "/config.yml"])
        defer {
            kill(process, SIGKILL)
            waitpid(process, nil, 0)
        }
        let registry = RegistryProcess(
            address: address, transport: HTTPTransport(endpoint: .tcp(base: "http://" + address)))
        defer { registry.transport.shutdown() }
        for _ in 0..<200 {
            if (try? await registry.transport.send(HTTPRequest(.get, "/v2/")))?.status == 200 { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        try await body(registry)
    }

    /// Pushes an image without layers, and returns its digest as the registry tells it.
    func push(_ path: String, _ tag: String, content: String? = nil) async throws -> String {
        // The blob `{}`.
        let blob = "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
        let begun = try await transport.send(HTTPRequest(.post, "/v2/\(path)/blobs/uploads/"))
        let location = try #require(begun.headers["Location"]).replacing("http://\(address)", with: "")
        let uploaded = try await transport.send(
            HTTPRequest(
                .put, "\(location)\(location.contains("?") ? "&" : "?")digest=\(blob)",
                headers: ["Content-Type": "application/octet-stream"], body: Array("{}".utf8)))
        try #require(uploaded.status == 201)
        let manifest: JSONValue = [
            "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": [
                "mediaType": "application/vnd.oci.image.config.v1+json", "digest": .string(blob), "size": 2,
            ], "layers": [], "annotations": ["content": .string(content ?? tag)],
        ]
        let pushed = try await transport.send(
            HTTPRequest(
                .put, "/v2/\(path)/manifests/\(tag)",
                headers: ["Content-Type": "application/vnd.oci.image.manifest.v1+json"], body: manifest.encoded()))
        try #require(pushed.status == 201, "\(String(decoding: pushed.body, as: UTF8.self))")
        return try #require(pushed.headers["Docker-Content-Digest"])
    }

    private static func spawn(_ arguments: [String]) -> pid_t {
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
