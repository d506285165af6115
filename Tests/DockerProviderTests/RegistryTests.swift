import Ambient
import DockerEngine
import DockerProvider
import Glibc
import HTTPTransport
import InfraAPI
import ProviderInterface
import Testing

/// Against a registry of the test's own on loopback, which engines use without TLS.
@Suite(.enabled(if: TestEngine.isThere && TestRegistry.isThere, TestRegistry.reason))
struct RegistryTests {
    @Test func `a tag is resolved to its digest, pulled by it, and asked for again only on demand`() async throws {
        try await TestRegistry.with { registry in
            try await ProviderBed.with { bed in
                let repository = "\(registry.address)/team/app"
                let reference = repository + ":1"
                let first = try await push("first", to: repository, bed)
                let second = try await push("second", to: repository, bed)
                #expect(first.digest != second.digest)

                // Nothing local: the registry answers, and the image is pulled by its digest.
                for name in [first.id, second.id] { try? await bed.engine.removeImage(name, force: true) }
                let resolved = try await bed.provider.resolve(image: reference, askRegistryFirst: false)
                #expect(resolved == second.digest)
                try await bed.provider.prepare(image: resolved)
                try await bed.provider.prepare(image: resolved)
                var template = bed.template()
                template.spec.image = resolved
                let instance = try await bed.provider.create(bed.creation(template))
                #expect(instance.imageDigest == resolved)

                // The local image keeps the answer of its day; the registry has moved on.
                try await bed.provider.prepare(image: first.digest)
                try await bed.engine.tagImage(first.digest, repository: repository, tag: "1")
                #expect(try await bed.provider.resolve(image: reference, askRegistryFirst: false) == first.digest)
                #expect(try await bed.provider.resolve(image: reference, askRegistryFirst: true) == second.digest)

                await expectError(.imageNotFound) {
                    _ = try await bed.provider.resolve(image: repository + ":none", askRegistryFirst: false)
                }
                let absent = repository + "@sha256:" + String(repeating: "0", count: 64)
                await expectError(.imageNotFound) { try await bed.provider.prepare(image: absent) }
                try await bed.provider.destroy(bed.creation(template, uid: instance.uid).handle)
                for name in [first.id, second.id] { try? await bed.engine.removeImage(name, force: true) }
            }
        }
    }

    /// Builds an image with `text` in it, pushes it as `repository:1`, and returns its ID and repository digest.
    private func push(
        _ text: String, to repository: String, _ bed: ProviderBed
    ) async throws -> (id: String, digest: String) {
        var image = ScratchImage.busybox(
            tag: repository + ":1", binary: try readFile("/bin/busybox"), commands: ["sh", "sleep"])
        image.files.append(.init("/text", Array(text.utf8)))
        let id = try await image.build(on: bed.engine)
        try await bed.engine.pushImage(repository: repository, tag: "1")
        let digests = try await bed.engine.inspectImage(id).repositoryDigests
        return (id, try #require(digests.first))
    }
}

/// Debian's docker-registry, with its data in a temporary directory.
struct TestRegistry {
    static let binary = getenv("IMM_TEST_REGISTRY").map { String(cString: $0) } ?? "/usr/bin/docker-registry"
    static let isThere = access(binary, X_OK) == 0
    static let reason: Comment = "needs IMM_TEST_DOCKER_SOCKET, and docker-registry (or its path in IMM_TEST_REGISTRY)"

    /// `127.0.0.1:port`
    let address: String

    static func with(_ body: (TestRegistry) async throws -> Void) async throws {
        let directory = "\(temporaryRoot)/imm-registry-\(TestEngine.freshID())"
        mkdir(directory, 0o700)
        defer { wait(for: spawn(["/bin/rm", "-rf", directory])) }
        let address = "127.0.0.1:\(20000 + SystemRandomness().below(20000))"
        let text = """
            version: 0.1
            storage: {filesystem: {rootdirectory: \(directory)/data}}
            http: {addr: "\(address)"}
            log: {level: error}
            """
        let configuration = try #require(fopen(directory + "/config.yml", "w"))
        fputs(text, configuration)
        fclose(configuration)
        let process = spawn([binary, "serve", directory + "/config.yml"])
        defer {
            kill(process, SIGKILL)
            wait(for: process)
        }
        let transport = HTTPTransport(endpoint: .tcp(base: "http://" + address))
        for _ in 0..<100 {
            if (try? await transport.send(HTTPRequest(.get, "/v2/")))?.status == 200 { break }
            try await Task.sleep(for: .milliseconds(50))
        }
        try await body(TestRegistry(address: address))
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

    private static func wait(for process: pid_t) { waitpid(process, nil, 0) }
}
