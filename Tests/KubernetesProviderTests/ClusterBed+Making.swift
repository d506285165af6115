import Ambient
import InfraAPI
import JSON
import KubernetesAPI
import KubernetesProvider
import ProviderInterface

extension ClusterBed {
    static let set = "default/web"

    /// - Parameter program: see `FakeProgram`.
    static func template(_ program: String = "sleep") -> InstanceTemplate {
        var template = InstanceTemplate()
        template.spec.image = "registry.test/\(program)@\(digest)"
        template.spec.user = "1000:1000"
        return template
    }

    static func creation(
        _ template: InstanceTemplate = template(), uid: String, fence: String? = nil, epoch: Int = 0,
        volumes: [VolumeAttachmentRequest] = []
    ) -> InstanceCreation {
        var template = template
        for volume in volumes {
            var mount = VolumeMount()
            mount.name = volume.claim
            mount.mountPath = "/\(volume.claim)"
            template.spec.volumeMounts.append(mount)
        }
        return InstanceCreation(
            handle: InstanceHandle(uid: uid, fenceVolumeUID: fence, epoch: epoch, providerID: nil), set: set, slot: 0,
            instanceName: "web-0-abcde", revision: "web-0123456789", revisionHash: "v1-0123456789abcdef",
            template: template, secretValues: [:], volumes: volumes)
    }

    /// An instance that runs and holds the volume `data`, in its first epoch.
    func holder(_ program: String = "sleep", epoch: Int = 1) async throws -> InstanceHandle {
        let request = VolumeAttachmentRequest(claim: "data", volumeUID: "vol-1")
        _ = try await provider.createVolume(
            VolumeCreation(uid: "vol-1", size: Quantity(bytes: 1 << 30), set: ClusterBed.set, slot: 0, claim: "data"))
        return try await running(
            ClusterBed.creation(
                ClusterBed.template(program), uid: "inst-\(epoch)", fence: "vol-1", epoch: epoch, volumes: [request]))
    }

    /// The next one of the slot, which is to hold the same volume.
    func successor() -> InstanceCreation {
        ClusterBed.creation(
            uid: "inst-2", fence: "vol-1", epoch: 2,
            volumes: [VolumeAttachmentRequest(claim: "data", volumeUID: "vol-1")])
    }

    func running(_ creation: InstanceCreation) async throws -> InstanceHandle {
        var handle = creation.handle
        handle.providerID = try await provider.create(creation).providerID
        _ = try await provider.start(handle)
        return handle
    }

    func key(_ handle: InstanceHandle) -> ClusterKey {
        ClusterKey(resource: "/pods", namespace: "default", name: "imm-test-\(handle.fenceVolumeUID ?? handle.uid)")
    }

    func pod(_ handle: InstanceHandle) throws -> JSONValue { try store.get(key(handle)) }

    func podUID(_ handle: InstanceHandle) throws -> String {
        try pod(handle)["metadata"]?["uid"]?.stringValue ?? ""
    }

    /// Somebody else's delete, as kubectl's.
    func deleteFromOutside(_ handle: InstanceHandle, graceSeconds: Int? = nil) async throws {
        let key = key(handle)
        try await api.delete(
            APIReference(.pods, namespace: key.namespace, name: key.name), graceSeconds: graceSeconds)
    }
}
