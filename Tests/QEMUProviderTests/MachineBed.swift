import Ambient
import DiskImages
import Glibc
import InfraAPI
import Logging
import ProcessControl
import ProviderInterface
import QEMUProvider
import Testing

/// The image that the tests boot: IMM_TEST_VM_IMAGE, as scripts/vm-image/build makes one.
enum TestImage {
    static let path = getenv("IMM_TEST_VM_IMAGE").map { String(cString: $0) }
    static let isThere = path != nil
    static let reason: Comment = "needs IMM_TEST_VM_IMAGE: make test-vm"
    static let mustBeThere = getenv("IMM_TEST_VM").map { String(cString: $0) } == "required"
}

/// The suites that boot machines are off without an image; in `make test-vm` that is an error.
@Test(.enabled(if: TestImage.mustBeThere, "only in make test-vm"))
func `there is an image to boot`() {
    #expect(TestImage.isThere, TestImage.reason)
}

/// A provider with a directory of its own, which is removed afterwards, its machines first.
struct MachineBed {
    let configuration: QEMUProviderConfiguration
    let provider: QEMUProvider
    let image: String

    static func with(_ body: (MachineBed) async throws -> Void) async throws {
        let root = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        let place = try PrivateDirectory("\(root)/imm-vm-\(SystemRandomness().nameSuffix(length: 10))")
        defer { place.remove() }
        var configuration = QEMUProviderConfiguration(
            installationID: SystemRandomness().nameSuffix(length: 8), directory: place.path)
        configuration.defaultMemoryBytes = 128 << 20
        let provider = MachineBed.provider(configuration)
        _ = try await provider.describe(recordedIdentity: nil)
        var image = "sha256:" + String(repeating: "0", count: 64)
        if let path = TestImage.path {
            image = try await provider.images.importFile(path, name: DiskImageName("test:v1")).digest
        }
        let bed = MachineBed(configuration: configuration, provider: provider, image: image)
        do {
            try await body(bed)
        } catch {
            await bed.cleanUp()
            throw error
        }
        await bed.cleanUp()
    }

    /// Another life of the controller on the same directory.
    static func provider(_ configuration: QEMUProviderConfiguration) -> QEMUProvider {
        QEMUProvider(
            configuration: configuration, surroundings: .system,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func cleanUp() async {
        let instances = (try? await provider.observe())?.instances ?? []
        for instance in instances {
            do { try await provider.destroy(instance.handle) } catch { Issue.record("\(error)") }
        }
    }

    /// A template of the test image that runs `command` in a shell.
    func template(_ command: String = "while :; do sleep 1000; done") -> InstanceTemplate {
        var template = InstanceTemplate()
        template.spec.image = image
        template.spec.command = ["/bin/sh", "-c", command]
        return template
    }

    func creation(
        _ template: InstanceTemplate? = nil, uid: String = SystemRandomness().uuid(), epoch: Int = 0,
        secrets: [SecretReference: [UInt8]] = [:], volumes: [VolumeAttachmentRequest] = []
    ) -> InstanceCreation {
        var template = template ?? self.template()
        for volume in volumes {
            var mount = VolumeMount()
            mount.name = volume.claim
            mount.mountPath = "/\(volume.claim)"
            template.spec.volumeMounts.append(mount)
        }
        return InstanceCreation(
            handle: InstanceHandle(uid: uid, fenceVolumeUID: volumes.first?.volumeUID, epoch: epoch, providerID: nil),
            set: "default/web", slot: 2, instanceName: "web-2-abcde", revision: "web-0123456789",
            revisionHash: "v1-0123456789", template: template, secretValues: secrets, volumes: volumes)
    }

    func volume(bytes: Int = 8 << 20) async throws -> VolumeAttachmentRequest {
        let uid = SystemRandomness().uuid()
        _ = try await provider.createVolume(
            VolumeCreation(uid: uid, size: Quantity(bytes: bytes), set: "default/web", slot: 2, claim: "data"))
        return VolumeAttachmentRequest(claim: "data", volumeUID: uid)
    }

    /// Creates and starts; the handle has the provider's id.
    func running(_ creation: InstanceCreation) async throws -> InstanceHandle {
        var handle = creation.handle
        handle.providerID = try await provider.create(creation).providerID
        _ = try await provider.start(handle)
        return handle
    }

    @discardableResult
    func run(_ command: String, in handle: InstanceHandle, by provider: QEMUProvider? = nil) async throws -> String {
        let result = try await (provider ?? self.provider).execute(
            handle, command: ["/bin/sh", "-c", command], timeout: .seconds(30))
        #expect(result.exitCode == 0, "\(command)")
        return String(decoding: result.output, as: UTF8.self)
    }

    func directory(_ name: String) -> String { "\(configuration.directory)/instances/\(name)" }

    /// The process of a machine, by QEMU's own file.
    func pid(_ name: String) throws -> Int32 {
        let bytes = try #require(try FileTree.read(directory(name) + "/pid", limit: 100))
        return try #require(Int32(String(decoding: bytes, as: UTF8.self).prefix { $0.isNumber }))
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
