import InfraAPI
import ProviderInterface

/// A provider of which some calls are answered otherwise.
struct BentProvider: Provider {
    typealias Call<Argument, Answer> = @Sendable (any Provider, Argument) async throws(ProviderError) -> Answer

    let base: any Provider
    var describe: Call<String?, ProviderDescription> = { base, recorded async throws(ProviderError) in
        try await base.describe(recordedIdentity: recorded)
    }
    var observe: @Sendable (any Provider) async throws(ProviderError) -> ProviderObservation = {
        base async throws(ProviderError) in try await base.observe()
    }
    var create: Call<InstanceCreation, ObservedInstance> = { base, creation async throws(ProviderError) in
        try await base.create(creation)
    }
    var destroy: Call<InstanceHandle, Void> = { base, handle async throws(ProviderError) in
        try await base.destroy(handle)
    }
    var read: Call<InstanceHandle, ConfirmingRead> = { base, handle async throws(ProviderError) in
        try await base.read(handle)
    }

    var createVolume: Call<VolumeCreation, ObservedVolume> = { base, creation async throws(ProviderError) in
        try await base.createVolume(creation)
    }

    typealias Attach =
        @Sendable (
            any Provider, InstanceHandle, VolumeAttachmentRequest, Int
        ) async throws(ProviderError) -> Void
    var attach: Attach = { base, handle, volume, epoch async throws(ProviderError) in
        try await base.attach(handle, volume, epoch: epoch)
    }
    var detach: @Sendable (any Provider, InstanceHandle, String) async throws(ProviderError) -> Void = {
        base, handle, volumeUID async throws(ProviderError) in
        try await base.detach(handle, volumeUID: volumeUID)
    }

    init(_ base: any Provider) { self.base = base }

    func describe(recordedIdentity: String?) async throws(ProviderError) -> ProviderDescription {
        try await describe(base, recordedIdentity)
    }

    func resolve(image: String, askRegistryFirst: Bool) async throws(ProviderError) -> String {
        try await base.resolve(image: image, askRegistryFirst: askRegistryFirst)
    }

    func prepare(image: String) async throws(ProviderError) { try await base.prepare(image: image) }
    func observe() async throws(ProviderError) -> ProviderObservation { try await observe(base) }
    func events() async throws(ProviderError) -> ProviderEvents { try await base.events() }

    func create(_ creation: InstanceCreation) async throws(ProviderError) -> ObservedInstance {
        try await create(base, creation)
    }

    func start(_ handle: InstanceHandle) async throws(ProviderError) -> ObservedInstance {
        try await base.start(handle)
    }

    func stop(_ handle: InstanceHandle, grace: Duration) async throws(ProviderError) {
        try await base.stop(handle, grace: grace)
    }

    func destroy(_ handle: InstanceHandle) async throws(ProviderError) { try await destroy(base, handle) }
    func read(_ handle: InstanceHandle) async throws(ProviderError) -> ConfirmingRead { try await read(base, handle) }

    func attach(
        _ handle: InstanceHandle, _ volume: VolumeAttachmentRequest, epoch: Int
    ) async throws(ProviderError) { try await attach(base, handle, volume, epoch) }

    func detach(_ handle: InstanceHandle, volumeUID: String) async throws(ProviderError) {
        try await detach(base, handle, volumeUID)
    }

    func createVolume(_ creation: VolumeCreation) async throws(ProviderError) -> ObservedVolume {
        try await createVolume(base, creation)
    }

    func adopt(identity: String) async throws(ProviderError) { try await base.adopt(identity: identity) }

    func readVolume(_ handle: VolumeHandle) async throws(ProviderError) -> ObservedVolume? {
        try await base.readVolume(handle)
    }

    func resizeVolume(_ handle: VolumeHandle, to size: Quantity) async throws(ProviderError) {
        try await base.resizeVolume(handle, to: size)
    }

    func deleteVolume(_ handle: VolumeHandle) async throws(ProviderError) { try await base.deleteVolume(handle) }

    func createSnapshot(_ creation: SnapshotCreation) async throws(ProviderError) -> ObservedSnapshot {
        try await base.createSnapshot(creation)
    }

    func readSnapshot(_ handle: SnapshotHandle) async throws(ProviderError) -> ObservedSnapshot? {
        try await base.readSnapshot(handle)
    }

    func deleteSnapshot(uid: String) async throws(ProviderError) { try await base.deleteSnapshot(uid: uid) }

    func restoreVolume(_ restoration: VolumeRestoration) async throws(ProviderError) -> ObservedVolume {
        try await base.restoreVolume(restoration)
    }

    func execute(
        _ handle: InstanceHandle, command: [String], timeout: Duration
    ) async throws(ProviderError) -> ExecResult {
        try await base.execute(handle, command: command, timeout: timeout)
    }

    func logs(_ handle: InstanceHandle, _ options: LogOptions) async throws(ProviderError) -> LogStream {
        try await base.logs(handle, options)
    }
}
