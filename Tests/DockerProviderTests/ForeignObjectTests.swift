import Ambient
import DockerEngine
import DockerProvider
import InfraAPI
import ProviderInterface
import Testing

/// Law L6: what is not ours is not touched, whatever its name; and an engine that is another one is not acted on.
@Suite(.enabled(if: TestEngine.isThere, TestEngine.reason))
struct ForeignObjectTests {
    @Test func `a foreign container under our name is left alone`() async throws {
        try await ProviderBed.with { bed in
            let creation = bed.creation()
            var spec = ContainerSpec(image: bed.image)
            spec.command = ["/bin/sh"]
            spec.labels = ["imm.dev/installation": "somebody", "imm.dev/uid": creation.handle.uid]
            let name = "imm_\(bed.installationID)_\(creation.handle.uid)"
            let foreign = try await bed.engine.createContainer(name: name, spec)
            await expectError(.nameTaken) { _ = try await bed.provider.create(creation) }
            await expectError(.notFound) { _ = try await bed.provider.start(creation.handle) }
            await expectError(.nameTaken) { _ = try await bed.provider.read(creation.handle) }
            try await bed.provider.stop(creation.handle, grace: .zero)
            try await bed.provider.destroy(creation.handle)
            var recorded = creation.handle
            recorded.providerID = foreign
            let wrong = recorded
            await expectError(.nameTaken) { try await bed.provider.destroy(wrong) }
            await expectError(.nameTaken) { try await bed.provider.stop(wrong, grace: .zero) }
            #expect(try await bed.engine.inspectContainer(foreign).status == "created")
            #expect(try await bed.provider.observe().instances == [])
            try await bed.engine.removeContainer(foreign)
        }
    }

    @Test func `a foreign volume under our name is left alone`() async throws {
        try await ProviderBed.with { bed in
            let uid = SystemRandomness().uuid()
            let name = "imm_\(bed.installationID)_\(uid)"
            _ = try await bed.engine.createVolume(name: name, labels: [:])
            await expectError(.nameTaken) {
                _ = try await bed.provider.createVolume(
                    VolumeCreation(uid: uid, size: Quantity(bytes: 1), set: "a/b", slot: 0))
            }
            await expectError(.nameTaken) { try await bed.provider.deleteVolume(VolumeHandle(uid: uid)) }
            _ = try await bed.engine.inspectVolume(name)
            try await bed.engine.removeVolume(name)
        }
    }

    @Test func `two installations on one engine do not see each other`() async throws {
        try await ProviderBed.with { first in
            try await ProviderBed.with { second in
                let creation = first.creation()
                _ = try await first.provider.create(creation)
                #expect(try await second.provider.observe().instances == [])
                #expect(try await second.provider.read(creation.handle).instance == nil)
                try await second.provider.destroy(creation.handle)
                #expect(try await first.provider.observe().instances.count == 1)
                #expect(try await first.provider.observe().identity != second.provider.observe().identity)
            }
        }
    }

    @Test(arguments: [true, false])
    func `without its marker, or with another one, an engine is looked at and not acted on`(isReplaced: Bool)
        async throws
    {
        try await ProviderBed.with { bed in
            let recorded = try await bed.provider.observe().identity
            let handle = try await bed.running(bed.creation())
            let marker = "imm_\(bed.installationID)_identity"
            try await bed.engine.removeVolume(marker)
            if isReplaced {
                _ = try await bed.engine.createVolume(
                    name: marker,
                    labels: ["imm.dev/installation": bed.installationID, "imm.dev/identity": "another"])
            }
            await expectError(.identityMismatch) { _ = try await bed.provider.create(bed.creation()) }
            await expectError(.identityMismatch) { _ = try await bed.provider.start(handle) }
            await expectError(.identityMismatch) { try await bed.provider.stop(handle, grace: .zero) }
            await expectError(.identityMismatch) { try await bed.provider.destroy(handle) }
            await expectError(.identityMismatch) { _ = try await bed.provider.read(handle) }
            await expectError(.identityMismatch) {
                _ = try await bed.provider.createVolume(
                    VolumeCreation(uid: "x", size: Quantity(bytes: 1), set: "a/b", slot: 0))
            }
            await expectError(.identityMismatch) { try await bed.provider.deleteVolume(VolumeHandle(uid: "x")) }
            await expectError(.identityMismatch) { _ = try await bed.provider.describe(recordedIdentity: recorded) }
            let seen = try await bed.provider.observe()
            #expect(seen.identity == (isReplaced ? "another" : ""))
            #expect(seen.instances.map(\.uid) == [handle.uid])
            #expect(try await bed.engine.inspectContainer(try #require(handle.providerID)).isRunning)
            // Adopting is describing it as what it is.
            guard isReplaced else { return }
            #expect(try await bed.provider.describe(recordedIdentity: "another").identity == "another")
            try await bed.provider.destroy(handle)
        }
    }

    @Test func `a marker that somebody else made is not ours`() async throws {
        let id = TestEngine.freshID()
        _ = try await TestEngine.engine.createVolume(name: "imm_\(id)_identity", labels: [:])
        await expectError(.nameTaken) {
            try await ProviderBed.with(installationID: id) { _ in Issue.record("the provider took it") }
        }
        try await TestEngine.engine.removeVolume("imm_\(id)_identity")
    }
}
