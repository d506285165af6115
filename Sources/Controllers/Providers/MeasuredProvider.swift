import Ambient
import InfraAPI
import ProviderInterface
import Telemetry

/// A provider whose calls are counted and timed; it does nothing else.
struct MeasuredProvider: Provider {
    let base: any Provider
    let name: String
    let measures: ProviderMeasures
    let time: any TimeSource

    private func measured<Result: Sendable>(
        _ operation: String, _ call: () async throws(ProviderError) -> Result
    ) async throws(ProviderError) -> Result {
        let start = time.uptime
        func count(_ code: String) {
            measures.called(provider: name, operation: operation, code: code, duration: time.uptime - start)
        }
        do throws(ProviderError) {
            let result = try await call()
            count("ok")
            return result
        } catch {
            count(error.code.rawValue)
            throw error
        }
    }

    func describe(recordedIdentity: String?) async throws(ProviderError) -> ProviderDescription {
        try await measured("describe") { () async throws(ProviderError) in
            try await base.describe(recordedIdentity: recordedIdentity)
        }
    }

    func adopt(identity: String) async throws(ProviderError) {
        try await measured("adopt") { () async throws(ProviderError) in try await base.adopt(identity: identity) }
    }

    func resolve(image: String, askRegistryFirst: Bool) async throws(ProviderError) -> String {
        try await measured("resolve") { () async throws(ProviderError) in
            try await base.resolve(image: image, askRegistryFirst: askRegistryFirst)
        }
    }

    func prepare(image: String) async throws(ProviderError) {
        try await measured("prepare") { () async throws(ProviderError) in try await base.prepare(image: image) }
    }

    func observe() async throws(ProviderError) -> ProviderObservation {
        try await measured("observe") { () async throws(ProviderError) in try await base.observe() }
    }

    func events() async throws(ProviderError) -> ProviderEvents {
        try await measured("events") { () async throws(ProviderError) in try await base.events() }
    }

    func create(_ creation: InstanceCreation) async throws(ProviderError) -> ObservedInstance {
        try await measured("create") { () async throws(ProviderError) in try await base.create(creation) }
    }

    func start(_ handle: InstanceHandle) async throws(ProviderError) -> ObservedInstance {
        try await measured("start") { () async throws(ProviderError) in try await base.start(handle) }
    }

    func stop(_ handle: InstanceHandle, grace: Duration) async throws(ProviderError) {
        try await measured("stop") { () async throws(ProviderError) in try await base.stop(handle, grace: grace) }
    }

    func destroy(_ handle: InstanceHandle) async throws(ProviderError) {
        try await measured("destroy") { () async throws(ProviderError) in try await base.destroy(handle) }
    }

    func read(_ handle: InstanceHandle) async throws(ProviderError) -> ConfirmingRead {
        try await measured("read") { () async throws(ProviderError) in try await base.read(handle) }
    }

    func attach(
        _ handle: InstanceHandle, _ volume: VolumeAttachmentRequest, epoch: Int
    ) async throws(ProviderError) {
        try await measured("attach") { () async throws(ProviderError) in
            try await base.attach(handle, volume, epoch: epoch)
        }
    }

    func detach(_ handle: InstanceHandle, volumeUID: String) async throws(ProviderError) {
        try await measured("detach") { () async throws(ProviderError) in
            try await base.detach(handle, volumeUID: volumeUID)
        }
    }

    func createVolume(_ creation: VolumeCreation) async throws(ProviderError) -> ObservedVolume {
        try await measured("create_volume") { () async throws(ProviderError) in try await base.createVolume(creation) }
    }

    func readVolume(_ handle: VolumeHandle) async throws(ProviderError) -> ObservedVolume? {
        try await measured("read_volume") { () async throws(ProviderError) in try await base.readVolume(handle) }
    }

    func deleteVolume(_ handle: VolumeHandle) async throws(ProviderError) {
        try await measured("delete_volume") { () async throws(ProviderError) in try await base.deleteVolume(handle) }
    }

    func resizeVolume(_ handle: VolumeHandle, to size: Quantity) async throws(ProviderError) {
        try await measured("resize_volume") { () async throws(ProviderError) in
            try await base.resizeVolume(handle, to: size)
        }
    }

    func createSnapshot(_ creation: SnapshotCreation) async throws(ProviderError) -> ObservedSnapshot {
        try await measured("create_snapshot") { () async throws(ProviderError) in
            try await base.createSnapshot(creation)
        }
    }

    func readSnapshot(_ handle: SnapshotHandle) async throws(ProviderError) -> ObservedSnapshot? {
        try await measured("read_snapshot") { () async throws(ProviderError) in try await base.readSnapshot(handle) }
    }

    func deleteSnapshot(uid: String) async throws(ProviderError) {
        try await measured("delete_snapshot") { () async throws(ProviderError) in
            try await base.deleteSnapshot(uid: uid)
        }
    }

    func restoreVolume(_ restoration: VolumeRestoration) async throws(ProviderError) -> ObservedVolume {
        try await measured("restore_volume") { () async throws(ProviderError) in
            try await base.restoreVolume(restoration)
        }
    }

    func execute(
        _ handle: InstanceHandle, command: [String], timeout: Duration
    ) async throws(ProviderError) -> ExecResult {
        try await measured("execute") { () async throws(ProviderError) in
            try await base.execute(handle, command: command, timeout: timeout)
        }
    }

    func open(_ handle: InstanceHandle, _ command: InstanceCommand) async throws(ProviderError) -> CommandSession {
        try await measured("open") { () async throws(ProviderError) in try await base.open(handle, command) }
    }

    func logs(_ handle: InstanceHandle, _ options: LogOptions) async throws(ProviderError) -> LogStream {
        try await measured("logs") { () async throws(ProviderError) in try await base.logs(handle, options) }
    }
}
