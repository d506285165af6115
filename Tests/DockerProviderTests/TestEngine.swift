import Ambient
import DockerEngine
import DockerProvider
import Glibc
import InfraAPI
import Logging
import ProviderInterface
import Testing

/// The engine that the tests run on: the socket in IMM_TEST_DOCKER_SOCKET, as scripts/private-dockerd makes one.
enum TestEngine {
    static let socketPath = getenv("IMM_TEST_DOCKER_SOCKET").map { String(cString: $0) }
    static let isThere = socketPath != nil
    static let mustBeThere = getenv("CI").map { String(cString: $0) } == "true"
    static let reason: Comment =
        "needs IMM_TEST_DOCKER_SOCKET: IMM_TEST_DOCKER_SOCKET=$(scripts/private-dockerd start DIR) swift test"

    static let engine = DockerEngine(socketPath: socketPath ?? "/nowhere", time: SystemTime())

    /// A static image with busybox, built once a run.
    static func image() async throws -> String { try await built.value }

    static let imageTag = "imm-test/busybox:\(getpid())"

    private static let built = Task {
        try await ScratchImage.busybox(
            tag: imageTag, binary: readFile("/bin/busybox"),
            commands: ["sh", "sleep", "cat", "echo", "head", "yes", "stat", "id", "httpd", "env", "touch", "ls", "nc"]
        ).build(on: engine)
    }

    static func freshID() -> String { SystemRandomness().nameSuffix(length: 8) }
}

func readFile(_ path: String) throws -> [UInt8] {
    guard let file = fopen(path, "r") else { throw POSIXFailure(what: "open \(path)") }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while case let count = fread(&buffer, 1, buffer.count, file), count > 0 { bytes += buffer[..<count] }
    return bytes
}

struct POSIXFailure: Error { let what: String }

/// The suites that need an engine are off without one; in CI that is an error.
@Test(.enabled(if: TestEngine.mustBeThere, "only where CI=true"))
func `CI has an engine`() {
    #expect(TestEngine.isThere, TestEngine.reason)
}

/// A provider with an installation of its own, which is removed afterwards with all that carries its label.
struct ProviderBed {
    let installationID: String
    let filesDirectory: String
    let provider: DockerProvider
    let engine: DockerEngine
    let image: String

    /// - Parameter place: another engine than the one of all tests, reached past `socketPath`, and an image there.
    static func with(
        socketPath: String? = nil, installationID: String = TestEngine.freshID(),
        at place: (engine: DockerEngine, image: String)? = nil,
        _ body: (ProviderBed) async throws -> Void
    ) async throws {
        let engine =
            socketPath.map { DockerEngine(socketPath: $0, time: SystemTime()) } ?? TestEngine.engine
        let directory = "\(temporaryRoot)/imm-files-\(installationID)"
        let provider = DockerProvider(
            engine: engine,
            configuration: DockerProviderConfiguration(
                installationID: installationID, filesDirectory: directory),
            surroundings: .system, logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let bed = ProviderBed(
            installationID: installationID, filesDirectory: directory, provider: provider,
            engine: place?.engine ?? TestEngine.engine, image: try await image(at: place))
        do {
            _ = try await provider.describe(recordedIdentity: nil)
            try await body(bed)
        } catch {
            await bed.cleanUp()
            throw error
        }
        await bed.cleanUp()
    }

    private static func image(at place: (engine: DockerEngine, image: String)?) async throws -> String {
        if let place { return place.image }
        return try await TestEngine.image()
    }

    private func cleanUp() async {
        let label = "imm.dev/installation=\(installationID)"
        for row in (try? await engine.listContainers(labels: [label])) ?? [] {
            try? await engine.removeContainer(row.id, force: true)
        }
        for volume in (try? await engine.listVolumes(labels: [label])) ?? [] {
            try? await engine.removeVolume(volume.name)
        }
        rmdir(filesDirectory)
    }

    /// A template of the test image that runs `command` in a shell.
    func template(_ command: String = "while :; do sleep 1000; done") -> InstanceTemplate {
        var template = InstanceTemplate()
        template.spec.image = image
        template.spec.command = ["/bin/sh", "-c", command]
        template.spec.network = "host"
        return template
    }

    func creation(
        _ template: InstanceTemplate? = nil, uid: String = SystemRandomness().uuid(), epoch: Int = 0,
        secrets: [SecretReference: [UInt8]] = [:], volumes: [VolumeAttachmentRequest] = []
    ) -> InstanceCreation {
        InstanceCreation(
            handle: InstanceHandle(uid: uid, fenceVolumeUID: volumes.first?.volumeUID, epoch: epoch, providerID: nil),
            set: "default/web", slot: 2, instanceName: "web-2-abcde", revision: "web-0123456789",
            revisionHash: "v1-0123456789", template: template ?? self.template(), secretValues: secrets,
            volumes: volumes)
    }

    /// Creates and starts; the handle has the engine's id.
    func running(_ creation: InstanceCreation) async throws -> InstanceHandle {
        var handle = creation.handle
        handle.providerID = try await provider.create(creation).providerID
        _ = try await provider.start(handle)
        return handle
    }

    func run(_ command: String, in handle: InstanceHandle) async throws -> String {
        let result = try await provider.execute(handle, command: ["/bin/sh", "-c", command], timeout: .seconds(20))
        #expect(result.exitCode == 0)
        return String(decoding: result.output, as: UTF8.self)
    }

    func container(_ handle: InstanceHandle) async throws -> Container {
        try await engine.inspectContainer(handle.providerID ?? "imm_\(installationID)_\(handle.uid)")
    }
}

/// Expects a `ProviderError` of one code, and returns it.
@discardableResult
func expectError(
    _ code: ProviderError.Code, sourceLocation: SourceLocation = #_sourceLocation,
    _ body: () async throws -> Void
) async -> ProviderError? {
    let error = await #expect(throws: ProviderError.self, sourceLocation: sourceLocation) { try await body() }
    #expect(error?.code == code, "\(error?.message ?? "")", sourceLocation: sourceLocation)
    return error
}

/// Where tests make their files: below the run's own directory, which is looked through for leftovers at its end.
let temporaryRoot = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
