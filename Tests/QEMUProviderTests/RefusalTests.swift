import Ambient
import Glibc
import InfraAPI
import ProcessControl
import ProviderInterface
import QEMUProvider
import Testing

/// What needs no machine to boot.
@Suite(.enabled(if: access("/usr/bin/qemu-system-x86_64", X_OK) == 0, "needs QEMU: make packages"))
struct RefusalTests {
    @Test func `QEMU that is missing is told with the package that has it`() async throws {
        try await MachineBed.with { bed in
            var configuration = bed.configuration
            configuration.emulator = "/usr/bin/there-is-no-qemu"
            let provider = MachineBed.provider(configuration)
            let error = await expectError(.unreachable) { _ = try await provider.describe(recordedIdentity: nil) }
            #expect(error?.message.contains("install the package qemu-system-x86") == true)
        }
    }

    @Test func `the version and what runs the guests stand in the description`() async throws {
        try await MachineBed.with { bed in
            let version = try await bed.provider.describe(recordedIdentity: nil).version
            #expect(
                version.hasPrefix("QEMU ") && (version.hasSuffix("(TCG)") || version.hasSuffix("(KVM)")), "\(version)")
        }
    }

    @Test func `an image that is not here is asked for by its import`() async throws {
        try await MachineBed.with { bed in
            var template = bed.template()
            template.spec.image = "sha256:" + String(repeating: "1", count: 64)
            let error = await expectError(.imageNotFound) { try await bed.provider.prepare(image: template.spec.image) }
            #expect(error?.message.contains("immctl image import") == true)
            await expectError(.imageNotFound) { _ = try await bed.provider.create(bed.creation(template)) }
            await expectError(.imageNotFound) {
                _ = try await bed.provider.resolve(image: "nothing:v1", askRegistryFirst: false)
            }
            let seen = try await bed.provider.observe()
            #expect(seen.instances.isEmpty)
        }
    }

    @Test func `a directory of another identity or installation is not acted on`() async throws {
        try await MachineBed.with { bed in
            await expectError(.identityMismatch) {
                _ = try await bed.provider.describe(recordedIdentity: "another")
            }
            await expectError(.identityMismatch) { _ = try await bed.volume() }
            var configuration = bed.configuration
            configuration.installationID = "other"
            await expectError(.nameTaken) {
                _ = try await MachineBed.provider(configuration).describe(recordedIdentity: nil)
            }
        }
    }

    @Test func `a uid cannot name a place outside of the directory`() async throws {
        try await MachineBed.with { bed in
            for uid in ["../x", ".x", "a/b", ""] {
                await expectError(.engineFailed) {
                    _ = try await bed.provider.createVolume(
                        VolumeCreation(uid: uid, size: Quantity(bytes: 1 << 20), set: "default/web", slot: 0))
                }
            }
        }
    }

    @Test(
        arguments: [
            { $0.spec.user = "nobody" }, { $0.spec.network = "host" }, { $0.spec.resources.pids = 5 },
        ] as [@Sendable (inout InstanceTemplate) -> Void])
    func `what a machine cannot have is refused as the revision's fault`(
        change: @Sendable (inout InstanceTemplate) -> Void
    ) async throws {
        try await MachineBed.with { bed in
            var template = bed.template()
            change(&template)
            let error = await #expect(throws: ProviderError.self) {
                _ = try await bed.provider.create(bed.creation(template))
            }
            // Without an image to boot, the missing image comes first.
            #expect(error?.code == (TestImage.isThere ? .startRefused : .imageNotFound))
        }
    }
}
