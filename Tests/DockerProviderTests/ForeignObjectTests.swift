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
                    VolumeCreation(uid: uid, size: Quantity(bytes: 1), set: "a/\(bed.installationID)", slot: 0))
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
                    VolumeCreation(uid: "x", size: Quantity(bytes: 1), set: "a/\(bed.installationID)", slot: 0))
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

    @Test(arguments: [true, false])
    func `an engine is adopted as the one that was seen, and as no other`(hasMarker: Bool) async throws {
        try await ProviderBed.with { bed in
            let handle = try await bed.running(bed.creation())
            let marker = "imm_\(bed.installationID)_identity"
            try await bed.engine.removeVolume(marker)
            if hasMarker {
                let labels = ["imm.dev/installation": bed.installationID, "imm.dev/identity": "seen"]
                _ = try await bed.engine.createVolume(name: marker, labels: labels)
                await expectError(.identityMismatch) { try await bed.provider.adopt(identity: "another") }
            }
            await expectError(.identityMismatch) { _ = try await bed.provider.read(handle) }
            try await bed.provider.adopt(identity: "seen")
            #expect(try await bed.provider.read(handle).identity == "seen")
            #expect(try await bed.provider.describe(recordedIdentity: "seen").identity == "seen")
            try await bed.provider.adopt(identity: "seen")
            try await bed.provider.destroy(handle)
        }
    }

    @Test func `a container that copies the labels of an instance is not taken for it`() async throws {
        try await ProviderBed.with { bed in
            let handle = try await bed.running(bed.creation())
            let original = try await bed.container(handle)
            var spec = ContainerSpec(image: bed.image)
            spec.command = ["/bin/sh"]
            spec.labels = original.labels
            let copy = try await bed.engine.createContainer(name: "copy-\(bed.installationID)", spec)
            let seen = try await bed.provider.observe().instances
            #expect(Set(seen.map(\.uid)) == [handle.uid, copy])
            #expect(seen.first { $0.uid == handle.uid }?.providerID == handle.providerID)
            #expect(try await bed.provider.read(handle).instance?.providerID == handle.providerID)
            let unknown = InstanceHandle(uid: copy, fenceVolumeUID: nil, epoch: 0, providerID: copy)
            #expect(try await bed.provider.read(unknown).instance?.uid == copy)
            try await bed.provider.destroy(unknown)
            #expect(try await bed.provider.observe().instances.map(\.uid) == [handle.uid])
            try await bed.provider.destroy(handle)
        }
    }

    @Test func `a volume is not made beside those that another installation has of the set`() async throws {
        try await ProviderBed.with { first in
            try await ProviderBed.with { second in
                let set = "shared/\(first.installationID)"
                func creation(_ uid: String, slot: Int) -> VolumeCreation {
                    VolumeCreation(uid: uid, size: Quantity(bytes: 1), set: set, slot: slot)
                }
                _ = try await first.provider.createVolume(creation("one", slot: 0))
                let error = await expectError(.nameTaken) {
                    _ = try await second.provider.createVolume(creation("two", slot: 0))
                }
                #expect(error?.message.contains(first.installationID) == true, "it does not say whose they are")
                // Who has some already, makes more.
                _ = try await first.provider.createVolume(creation("three", slot: 1))
                try await first.provider.deleteVolume(VolumeHandle(uid: "one"))
                try await first.provider.deleteVolume(VolumeHandle(uid: "three"))
                _ = try await second.provider.createVolume(creation("two", slot: 0))
            }
        }
    }

    @Test(arguments: [true, false])
    func `a volume that somebody's container may write on is not attached`(isWritable: Bool) async throws {
        try await ProviderBed.with { bed in
            let uid = SystemRandomness().uuid()
            let made = try await bed.provider.createVolume(
                VolumeCreation(
                    uid: uid, size: Quantity(bytes: 1), set: "a/\(bed.installationID)", slot: 2, claim: "data"))
            #expect(try await bed.provider.readVolume(VolumeHandle(uid: uid)) == made)
            #expect(try await bed.provider.readVolume(VolumeHandle(uid: "none")) == nil)
            var spec = ContainerSpec(image: bed.image)
            spec.command = ["/bin/sh"]
            spec.mounts = [
                .init(kind: .volume, source: made.providerID, target: "/data", isReadOnly: !isWritable)
            ]
            let foreign = try await bed.engine.createContainer(name: "foreign-\(bed.installationID)", spec)
            var template = bed.template()
            var mount = VolumeMount()
            mount.name = "data"
            mount.mountPath = "/data"
            template.spec.volumeMounts = [mount]
            let creation = bed.creation(
                template, epoch: 1, volumes: [VolumeAttachmentRequest(claim: "data", volumeUID: uid)])
            if isWritable {
                let error = await expectError(.volumeInUse) { _ = try await bed.provider.create(creation) }
                #expect(error?.message.contains(foreign) == true, "the holder is not named")
            } else {
                _ = try await bed.provider.create(creation)
                try await bed.provider.destroy(creation.handle)
            }
            try await bed.engine.removeContainer(foreign, force: true)
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
