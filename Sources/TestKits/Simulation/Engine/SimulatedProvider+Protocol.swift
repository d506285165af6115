import Ambient
public import InfraAPI
public import ProviderInterface

extension SimulatedProvider {
    public func describe(recordedIdentity: String?) async throws(ProviderError) -> ProviderDescription {
        let identity = try await call(.describe) { (engine, _) in engine.identity }
        try expect(recordedIdentity, identity)
        var capabilities = ProviderCapabilities()
        capabilities.attachMode = engine.contents.attachMode
        capabilities.fence = true
        capabilities.resize = true
        capabilities.sizeLimit = true
        capabilities.snapshot = true
        return ProviderDescription(identity: identity, version: "simulated", capabilities: capabilities)
    }

    public func adopt(identity: String) async throws(ProviderError) {
        let found = try await call(.describe) { (engine, _) in engine.identity }
        guard found == identity else {
            throw ProviderError(.identityMismatch, "the provider is \(found), not \(identity)")
        }
        try expect(identity, found)
    }

    public func resolve(image: String, askRegistryFirst: Bool) async throws(ProviderError) -> String {
        try await call(.resolve, image) { (_, _) in }
        if image.contains("@") { return image }
        guard engine.registryIsReachable || engine.isLocal(image) else {
            throw ProviderError(.pullFailed, "the registry does not answer")
        }
        guard let known = engine.image(image) else {
            throw ProviderError(.imageNotFound, "the registry does not know \(image)")
        }
        return known.reference(of: image)
    }

    public func prepare(image: String) async throws(ProviderError) {
        try await call(.prepare, image) { (_, _) in }
        guard let known = engine.image(image) else {
            throw ProviderError(.imageNotFound, "the registry does not know \(image)")
        }
        guard !engine.isLocal(image) else { return }
        guard engine.registryIsReachable else { throw ProviderError(.pullFailed, "the registry does not answer") }
        do {
            try await simulation.time.sleep(for: randomness.duration(in: known.pullMilliseconds))
        } catch {
            throw ProviderError(.cancelled, "pull of \(image) cancelled")
        }
        if engine.makeLocal(image) { simulation.transcript.note("provider pulled \(image)") }
    }

    public func observe() async throws(ProviderError) -> ProviderObservation {
        try await call(.observe) { (_, _) in }
        let faults = engine.currentFaults
        let isStale = randomness.happens(perMille: faults.staleObservePerMille)
        var list = engine.observation(staleBy: isStale ? randomness.duration(in: 1...10_000) : nil)
        if randomness.happens(perMille: faults.incompleteObservePerMille) {
            list.instances.removeAll { _ in randomness.below(2) == 0 }
        }
        return list
    }

    public func events() async throws(ProviderError) -> ProviderEvents {
        try await call(.events) { (_, _) in }
        let subscription = engine.subscribe()
        return ProviderEvents(
            next: { () async throws(ProviderError) in try await subscription.next() },
            cancel: { subscription.cancel() })
    }

    public func create(_ creation: InstanceCreation) async throws(ProviderError) -> ObservedInstance {
        let subject = "\(creation.set)/\(creation.slot) \(creation.handle.uid) epoch \(creation.handle.epoch)"
        guard let image = engine.image(creation.template.spec.image), engine.isLocal(creation.template.spec.image)
        else {
            try await call(.create, subject, instance: creation.handle) { (_, _) in }
            throw ProviderError(
                .imageNotFound, "the image \(creation.template.spec.image) is not here: prepare it first")
        }
        guard engine.hasQuota else {
            try await call(.create, subject, instance: creation.handle) { (_, _) in }
            throw ProviderError(.quota, "the host has no room for another instance")
        }
        return try await call(.create, subject, instance: creation.handle, late: .create(creation, image)) {
            (engine, moment) throws(ProviderError) in try engine.create(creation, image: image, moment)
        }
    }

    public func start(_ handle: InstanceHandle) async throws(ProviderError) -> ObservedInstance {
        try await call(.start, handle.uid, instance: handle, late: .start(handle)) {
            (engine, moment) throws(ProviderError) in try engine.start(handle, moment)
        }
    }

    public func stop(_ handle: InstanceHandle, grace: Duration) async throws(ProviderError) {
        let running = try await call(.stop, handle.uid, instance: handle) { (engine, _) in
            engine.find(handle).flatMap { $0.isRunning ? $0 : nil }
        }
        guard let running else { return }
        // Once the signal is out, the instance ends whether we wait or not.
        let isGraceful = running.image.stopsWithin <= grace
        let duration = min(running.image.stopsWithin, grace)
        engine.schedule(.exit(providerID: running.observed.providerID, code: isGraceful ? 0 : 137), after: duration)
        do {
            try await simulation.time.sleep(for: duration + .milliseconds(1))
        } catch {
            throw ProviderError(.cancelled, "gave up waiting for \(handle.uid) to stop")
        }
        simulation.transcript.note("provider stopped \(handle.uid)")
    }

    public func destroy(_ handle: InstanceHandle) async throws(ProviderError) {
        try await call(.destroy, handle.uid, instance: handle, late: .destroy(handle)) { (engine, moment) in
            engine.destroy(handle, moment)
        }
    }

    public func read(_ handle: InstanceHandle) async throws(ProviderError) -> ConfirmingRead {
        try await call(.read, handle.uid, instance: handle) { (engine, _) in
            ConfirmingRead(identity: engine.identity, instance: engine.found(handle))
        }
    }

    public func attach(
        _ handle: InstanceHandle, _ volume: VolumeAttachmentRequest, epoch: Int
    ) async throws(ProviderError) {
        var handle = handle
        handle.epoch = epoch
        let (named, uid) = (handle, volume.volumeUID)
        try await call(
            .attach, "\(uid) to \(handle.uid) epoch \(epoch)", instance: handle, volumeUID: uid,
            late: .attach(handle, volumeUID: uid)
        ) { (engine, moment) throws(ProviderError) in try engine.attach(named, uid, moment) }
    }

    public func detach(_ handle: InstanceHandle, volumeUID: String) async throws(ProviderError) {
        let isRefused = randomness.happens(perMille: engine.currentFaults.refusedDetachPerMille)
        try await call(
            .detach, "\(volumeUID) of \(handle.uid)", instance: handle, volumeUID: volumeUID,
            late: .detach(handle, volumeUID: volumeUID)
        ) { (engine, moment) throws(ProviderError) in
            try engine.detach(handle, volumeUID, isRefused: isRefused, moment)
        }
    }

    public func createVolume(_ creation: VolumeCreation) async throws(ProviderError) -> ObservedVolume {
        let subject = "\(creation.set)/\(creation.slot) \(creation.uid)"
        return try await call(.createVolume, subject, volumeUID: creation.uid, late: .createVolume(creation)) {
            (engine, _) in engine.createVolume(creation)
        }
    }

    public func readVolume(_ handle: VolumeHandle) async throws(ProviderError) -> ObservedVolume? {
        try checkIdentity()
        return try await call(.read, handle.uid, volumeUID: handle.uid) { (engine, _) in
            engine.volumes[handle.uid]?.observed
        }
    }

    public func deleteVolume(_ handle: VolumeHandle) async throws(ProviderError) {
        try await call(.deleteVolume, handle.uid, volumeUID: handle.uid, late: .deleteVolume(handle)) {
            (engine, moment) throws(ProviderError) in try engine.deleteVolume(handle, moment)
        }
    }

    public func resizeVolume(_ handle: VolumeHandle, to size: Quantity) async throws(ProviderError) {
        try await call(.resizeVolume, handle.uid, volumeUID: handle.uid, late: .resizeVolume(handle, size)) {
            (engine, _) throws(ProviderError) in try engine.resizeVolume(handle, to: size)
        }
    }

    public func createSnapshot(_ creation: SnapshotCreation) async throws(ProviderError) -> ObservedSnapshot {
        let (handle, uid) = (creation.handle, creation.volume.uid)
        let hasQuota = engine.hasQuota
        return try await call(
            .createSnapshot, "\(handle.uid) try \(handle.attempt) of \(uid)", volumeUID: uid, snapshotUID: handle.uid,
            late: .createSnapshot(creation)
        ) { (engine, moment) throws(ProviderError) in
            guard hasQuota else { throw ProviderError(.quota, "the host has no room for a copy") }
            return try engine.createSnapshot(creation, moment)
        }
    }

    public func readSnapshot(_ handle: SnapshotHandle) async throws(ProviderError) -> ObservedSnapshot? {
        try checkIdentity()
        return try await call(.read, handle.uid) { (engine, _) in engine.snapshots[handle]?.observed }
    }

    public func deleteSnapshot(uid: String) async throws(ProviderError) {
        try await call(.deleteSnapshot, uid, snapshotUID: uid, late: .deleteSnapshot(uid)) { (engine, _) in
            engine.deleteSnapshot(uid)
        }
    }

    public func restoreVolume(_ restoration: VolumeRestoration) async throws(ProviderError) -> ObservedVolume {
        let uid = restoration.volume.uid
        return try await call(
            .restoreVolume, "\(uid) from \(restoration.snapshot.uid)", volumeUID: uid,
            snapshotUID: restoration.snapshot.uid, late: .restoreVolume(restoration)
        ) { (engine, _) throws(ProviderError) in try engine.restoreVolume(restoration) }
    }

    public func execute(
        _ handle: InstanceHandle, command: [String], timeout: Duration
    ) async throws(ProviderError) -> ExecResult {
        let moment = engine.moment()
        return try await call(.execute, handle.uid, instance: handle) { (engine, _) throws(ProviderError) in
            guard let instance = engine.find(handle), instance.isRunning else {
                throw ProviderError(.notFound, "instance \(handle.uid) does not run")
            }
            return ExecResult(exitCode: instance.passesProbes(at: moment.uptime) ? 0 : 1, output: [])
        }
    }

    public func logs(_ handle: InstanceHandle, _ options: LogOptions) async throws(ProviderError) -> LogStream {
        let line = try await call(.logs, handle.uid, instance: handle) { (engine, _) throws(ProviderError) in
            guard let instance = engine.find(handle) else {
                throw ProviderError(.notFound, "there is no instance \(handle.uid)")
            }
            return Array("\(instance.observed.name) started\n".utf8)
        }
        let left = Guarded([line])
        return LogStream(
            next: { () async throws(ProviderError) in
                left.withLock { lines in lines.isEmpty ? nil : lines.removeFirst() }
            }, cancel: { left.withLock { $0 = [] } })
    }
}

extension EngineState {
    /// By the engine's id and by the deterministic name, as a confirming read looks.
    func found(_ handle: InstanceHandle) -> ObservedInstance? {
        if let instance = find(handle) { return instance.observed }
        var byName = handle
        byName.providerID = nil
        return find(byName)?.observed
    }
}

extension EngineState.Instance {
    /// What its probes say at this uptime.
    public func passesProbes(at uptime: Duration) -> Bool {
        guard isRunning, let startedUptime, let readyAfter = image.readyAfter else { return false }
        // Without its data it is of no use to anybody.
        guard observed.volumeUIDs.count >= neededVolumes else { return false }
        if let mountedUptime, uptime - mountedUptime < readyAfter { return false }
        let age = uptime - startedUptime
        return age >= readyAfter && image.failsProbesAfter.map { age < $0 } ?? true
    }
}

/// What a probe of an instance finds.
public enum SimulatedProbe: Sendable, Hashable {
    case pass, fail
    /// There is no way to it.
    case unknown
}

extension SimulatedEngine {
    /// Answers the template's probes (httpGet and the like) of the instance with this uid.
    public func probe(uid: String) -> SimulatedProbe {
        let uptime = moment().uptime
        guard let instance = contents.sortedInstances.first(where: { $0.observed.uid == uid }) else { return .unknown }
        return instance.passesProbes(at: uptime) ? .pass : .fail
    }

    /// Answers a probe of a published port of the host, or of an address of an instance.
    public func probe(host: String, port: Int) -> SimulatedProbe {
        let uptime = moment().uptime
        let instance = contents.sortedInstances.first { instance in
            instance.isRunning
                && (instance.observed.address == host || instance.observed.ports.contains { $0.hostPort == port })
        }
        guard let instance else { return .fail }
        return instance.passesProbes(at: uptime) ? .pass : .fail
    }
}
