import Ambient
import InfraAPI
import ProviderInterface

/// When an effect takes place.
struct EngineMoment: Sendable {
    let uptime: Duration
    let now: Timestamp
    /// The caller knows nothing of it any more (it was told "unknown", or died): what it could not foresee is not held
    /// against it.
    var isLate = false
}

// The effects. Each is idempotent as the Provider contract says.
extension EngineState {
    mutating func create(
        _ creation: InstanceCreation, image: SimulatedImage, _ moment: EngineMoment
    ) throws(ProviderError) -> ObservedInstance {
        let handle = creation.handle
        let name = EngineState.name(of: handle)
        if let standing = sortedInstances.first(where: { $0.observed.name == name }) {
            guard standing.observed.uid == handle.uid, standing.madeEpoch == handle.epoch, !standing.isForeign
            else {
                throw ProviderError(.nameTaken, "the name \(name) belongs to \(standing.observed.uid): wait")
            }
            return standing.observed
        }
        let isHotPlug = attachMode == .hotPlug
        if isHotPlug, !creation.volumes.isEmpty {
            throw ProviderError(.notSupported, "volumes are plugged in here: make the instance without them")
        }
        for request in creation.volumes { try mayAttach(request.volumeUID, to: handle, moment) }
        for request in creation.volumes { volumes[request.volumeUID]?.attached(to: handle) }
        let id = "sim-\(String(nextID + 100_000).dropFirst())"
        var observed = ObservedInstance(
            uid: handle.uid, providerID: id, name: name, state: .created, epoch: handle.epoch, set: creation.set,
            slot: creation.slot, revision: creation.revision, imageDigest: image.digest,
            volumeUIDs: creation.volumes.map(\.volumeUID))
        observed.canAttach = !isHotPlug || creation.template.spec.volumeMounts.isEmpty
        var instance = Instance(
            observed: observed, fenceVolumeUID: handle.fenceVolumeUID, image: image, number: nextID,
            ports: creation.template.spec.ports, isLate: moment.isLate)
        instance.neededVolumes = isHotPlug ? creation.template.spec.volumeMounts.count : 0
        instance.madeEpoch = handle.epoch
        instances[id] = instance
        nextID += 1
        version += 1
        return observed
    }

    /// L2 at the only door: the volume is ours, nobody holds it, and the epoch grows.
    mutating func mayAttach(
        _ volumeUID: String, to handle: InstanceHandle, _ moment: EngineMoment
    ) throws(ProviderError) {
        guard let volume = volumes[volumeUID], !volume.isForeign else {
            if volumes[volumeUID] != nil {
                violate(.nothingForeign, at: moment.uptime, ["volume \(volumeUID)"], "create with a foreign volume")
            }
            throw ProviderError(.notFound, "there is no volume \(volumeUID)")
        }
        if let holder = holders(of: volumeUID).first {
            // Nobody can know what people do by hand: the engine refuses, and that is all.
            if !moment.isLate, !holder.isHandMade, !holder.lateVolumes.contains(volumeUID) {
                violate(
                    .oneWriter, at: moment.uptime,
                    ["volume \(volumeUID)", "instance \(handle.uid)", "instance \(holder.observed.uid)"],
                    "attached while \(holder.observed.uid) (\(holder.observed.state)) still holds the volume")
            }
            throw ProviderError(.volumeInUse, "volume \(volumeUID) is held by \(holder.observed.uid)")
        }
        // The same attachment again, after somebody removed what the first call made.
        if handle.epoch == volume.highestEpoch, handle.uid == volume.highestHolder { return }
        if handle.epoch <= volume.highestEpoch {
            // Engines know nothing of epochs: where the name is free, a create that comes late gets through.
            if moment.isLate { return }
            violate(
                .oneWriter, at: moment.uptime, ["volume \(volumeUID)", "instance \(handle.uid)"],
                "attach with epoch \(handle.epoch), after epoch \(volume.highestEpoch)")
            throw ProviderError(.volumeInUse, "epoch \(handle.epoch) of volume \(volumeUID) is over")
        }
    }

    mutating func start(_ handle: InstanceHandle, _ moment: EngineMoment) throws(ProviderError) -> ObservedInstance {
        guard var instance = find(handle) else { throw ProviderError(.notFound, "there is no instance \(handle.uid)") }
        switch instance.observed.state {
        case .running: return instance.observed
        case .exited:
            // Refused as the contract says: it may have been started by a call whose answer was lost, and have ended since.
            throw ProviderError(.alreadyExited, "instance \(handle.uid) ran and exited")
        case .created: break
        }
        if let refusal = instance.image.startRefusal { throw ProviderError(.startRefused, refusal) }
        try publish(&instance)
        instance.startCount += 1
        instance.startedUptime = moment.uptime
        instance.observed.state = .running
        instance.observed.startedAt = moment.now
        instance.observed.address = "10.1.\(instance.number / 250).\(instance.number % 250 + 1)"
        instances[instance.observed.providerID] = instance
        version += 1
        for volumeUID in instance.observed.volumeUIDs {
            write(on: volumeUID)
            let others = holders(of: volumeUID).filter { $0.observed.uid != handle.uid && $0.isRunning }
            for other in others {
                violate(
                    .oneWriter, at: moment.uptime,
                    ["volume \(volumeUID)", "instance \(handle.uid)", "instance \(other.observed.uid)"],
                    "two instances run with the volume")
            }
            mayRunLog.append(
                MayRunEntry(
                    volumeUID: volumeUID, uid: handle.uid, epoch: instance.observed.epoch, began: moment.uptime,
                    ended: nil))
        }
        return instance.observed
    }

    /// Gives each port its host port: the one asked for, if no running instance has it, else one of its own.
    private func publish(_ instance: inout Instance) throws(ProviderError) {
        let taken = Set(sortedInstances.filter(\.isRunning).flatMap { $0.observed.ports.map(\.hostPort) })
        instance.observed.ports = []
        for (index, port) in instance.ports.enumerated() {
            let hostPort = port.hostPort ?? 20_000 + instance.number * 8 + index
            guard !taken.contains(hostPort) else {
                throw ProviderError(.portTaken, "port \(hostPort) of the host is taken")
            }
            var published = PublishedPort()
            published.name = port.name
            published.containerPort = port.containerPort
            published.hostIP = "127.0.0.1"
            published.hostPort = hostPort
            instance.observed.ports.append(published)
        }
    }

    /// The instance ends: by itself, by a crash, or because it was stopped. Running ones only.
    @discardableResult
    mutating func exit(_ providerID: String, code: Int, _ moment: EngineMoment) -> Bool {
        guard var instance = instances[providerID], instance.isRunning else { return false }
        instance.observed.state = .exited(code: code)
        instance.observed.finishedAt = moment.now
        instance.observed.address = nil
        instances[providerID] = instance
        for volumeUID in instance.observed.volumeUIDs { write(on: volumeUID) }
        endRun(of: instance.observed.uid, moment)
        version += 1
        return true
    }

    mutating func destroy(_ handle: InstanceHandle, _ moment: EngineMoment) {
        if let foreign = foreign(handle) {
            violate(.nothingForeign, at: moment.uptime, ["instance \(foreign.observed.providerID)"], "destroy")
        }
        guard let instance = find(handle), !instance.isForeign else { return }
        if instance.isHandMade {
            violate(
                .nothingForeign, at: moment.uptime, ["instance \(instance.observed.uid)"],
                "destroy of what a person made by hand")
        }
        instances[instance.observed.providerID] = nil
        endRun(of: instance.observed.uid, moment)
        version += 1
        letHandsIn(after: instance, moment)
    }

    /// The foreign instance that a handle points at, if it does.
    func foreign(_ handle: InstanceHandle) -> Instance? {
        sortedInstances.first {
            $0.isForeign && ($0.observed.uid == handle.uid || $0.observed.providerID == handle.providerID)
        }
    }

    mutating func createVolume(_ creation: VolumeCreation) -> ObservedVolume {
        if let standing = volumes[creation.uid] { return standing.observed }
        let observed = ObservedVolume(
            uid: creation.uid, providerID: "imm_sim_\(creation.uid)", set: creation.set, slot: creation.slot)
        volumes[creation.uid] = Volume(observed: observed, size: creation.size)
        version += 1
        return observed
    }

    mutating func deleteVolume(_ handle: VolumeHandle, _ moment: EngineMoment) throws(ProviderError) {
        guard let volume = volumes[handle.uid] else { return }
        if volume.isForeign {
            violate(.nothingForeign, at: moment.uptime, ["volume \(handle.uid)"], "delete of a foreign volume")
            throw ProviderError(.notFound, "there is no volume \(handle.uid)")
        }
        if let holder = holders(of: handle.uid).first {
            throw ProviderError(.volumeInUse, "volume \(handle.uid) is held by \(holder.observed.uid)")
        }
        volumes[handle.uid] = nil
        deletedVolumes.insert(handle.uid)
        version += 1
    }

    /// A volume only grows.
    mutating func resizeVolume(_ handle: VolumeHandle, to size: Quantity) throws(ProviderError) {
        guard var volume = volumes[handle.uid], !volume.isForeign else {
            throw ProviderError(.notFound, "there is no volume \(handle.uid)")
        }
        if let now = volume.size, now >= size { return }
        volume.size = size
        volumes[handle.uid] = volume
        version += 1
    }

    mutating func write(on volumeUID: String) {
        writes += 1
        volumes[volumeUID]?.content = writes
    }

    /// - Parameter volumeUID: with this volume; nil: with all.
    mutating func endRun(of uid: String, with volumeUID: String? = nil, _ moment: EngineMoment) {
        for index in mayRunLog.indices where mayRunLog[index].uid == uid && mayRunLog[index].ended == nil {
            if let volumeUID, mayRunLog[index].volumeUID != volumeUID { continue }
            mayRunLog[index].ended = moment.uptime
        }
    }
}
