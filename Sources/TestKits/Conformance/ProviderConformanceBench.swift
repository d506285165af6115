internal import Ambient
internal import InfraAPI
internal import ProviderInterface

/// What a check works with: fresh names, short calls, expectations, and the memory of what is to be removed.
final class ConformanceBench: Sendable {
    let subject: ProviderConformance.Subject
    private let made = Guarded<(instances: [InstanceHandle], volumes: [VolumeHandle])>(([], []))
    private let copies = Guarded<[String]>([])

    /// Of its own: of one set, no two installations have volumes at one engine.
    let set: String

    init(_ subject: ProviderConformance.Subject) {
        self.subject = subject
        set = "conformance/set-" + subject.surroundings.randomness.nameSuffix(length: 8)
    }

    var provider: any Provider { subject.provider }

    func freshUID() -> String { subject.surroundings.randomness.uuid() }

    /// A creation of its own; it is removed after the check.
    func creation(
        _ template: InstanceTemplate, uid: String? = nil, fence: String? = nil, epoch: Int = 0,
        volumes: [VolumeAttachmentRequest] = []
    ) -> InstanceCreation {
        let uid = uid ?? freshUID()
        let handle = InstanceHandle(uid: uid, fenceVolumeUID: fence, epoch: epoch, providerID: nil)
        made.withLock { $0.instances.append(handle) }
        var template = template
        for volume in volumes where !template.spec.volumeMounts.contains(where: { $0.name == volume.claim }) {
            var mount = VolumeMount()
            mount.name = volume.claim
            mount.mountPath = "/\(volume.claim)"
            template.spec.volumeMounts.append(mount)
        }
        return InstanceCreation(
            handle: handle, set: set, slot: 4, instanceName: "set-4-abcde", revision: "set-0123456789",
            revisionHash: "v1-0123456789", template: template, secretValues: [:], volumes: volumes)
    }

    /// A volume of its own, as the claim `data`; it is removed after the check.
    func volume() async throws -> VolumeAttachmentRequest {
        let uid = freshUID()
        made.withLock { $0.volumes.append(VolumeHandle(uid: uid)) }
        _ = try await provider.createVolume(volumeCreation(uid))
        return VolumeAttachmentRequest(claim: "data", volumeUID: uid)
    }

    /// A volume that the check makes by itself; it is removed afterwards.
    func restoredVolume() -> VolumeAttachmentRequest {
        let uid = freshUID()
        made.withLock { $0.volumes.append(VolumeHandle(uid: uid)) }
        return VolumeAttachmentRequest(claim: "data", volumeUID: uid)
    }

    /// The first try of a copy; it is removed after the check.
    func snapshotHandle() -> SnapshotHandle {
        let uid = freshUID()
        copies.withLock { $0.append(uid) }
        return SnapshotHandle(uid: uid, attempt: 1)
    }

    func volumeCreation(_ uid: String) -> VolumeCreation {
        VolumeCreation(uid: uid, size: Quantity(bytes: 1 << 20), set: set, slot: 4)
    }

    func handle(_ instance: ObservedInstance, of creation: InstanceCreation) -> InstanceHandle {
        var handle = creation.handle
        handle.providerID = instance.providerID
        return handle
    }

    /// Creates and starts.
    func running(_ creation: InstanceCreation) async throws -> InstanceHandle {
        let handle = handle(try await provider.create(creation), of: creation)
        _ = try await provider.start(handle)
        return handle
    }

    func cleanUp() async {
        let (instances, volumes) = made.withLock { $0 }
        for instance in instances.reversed() { try? await provider.destroy(instance) }
        for volume in volumes { try? await provider.deleteVolume(volume) }
        for copy in copies.withLock({ $0 }) { try? await provider.deleteSnapshot(uid: copy) }
    }

    // MARK: expectations

    func expect(_ condition: Bool, _ message: @autoclosure () -> String) throws {
        if !condition { throw ProviderConformanceFailure(check: "", message: message()) }
    }

    func expectEqual<Value: Equatable>(_ value: Value, _ expected: Value, _ what: String) throws {
        try expect(value == expected, "\(what) is \(value), expected \(expected)")
    }

    func expectError(
        _ codes: ProviderError.Code..., from what: String, _ body: () async throws -> Void
    ) async throws {
        let wanted = codes.map(\.rawValue).joined(separator: " or ")
        do {
            try await body()
        } catch let error as ProviderError {
            try expect(
                codes.contains(error.code), "\(what) threw \(error.code.rawValue) (\(error)), expected \(wanted)")
            return
        }
        throw ProviderConformanceFailure(check: "", message: "\(what) went through, expected \(wanted)")
    }

    /// Waits for what happens by itself, for at most ten seconds.
    func eventually<Value>(_ what: String, _ body: () async throws -> Value?) async throws -> Value {
        for _ in 0..<500 {
            if let value = try await body() { return value }
            try await subject.surroundings.time.sleep(for: .milliseconds(20))
        }
        throw ProviderConformanceFailure(check: "", message: "\(what): not within ten seconds")
    }

    func exited(_ handle: InstanceHandle) async throws -> ObservedInstance {
        try await eventually("the instance exits") {
            guard let instance = try await provider.read(handle).instance, case .exited = instance.state else {
                return nil
            }
            return instance
        }
    }
}
