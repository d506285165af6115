import InfraAPI
import ProviderInterface

// Volumes that are plugged into instances that run, and unplugged.
extension EngineState {
    mutating func boot(_ providerID: String) {
        guard instances[providerID]?.isRunning == true else { return }
        instances[providerID]?.observed.canAttach = true
        version += 1
    }

    /// - Parameter handle: with the epoch of the attachment.
    mutating func attach(
        _ handle: InstanceHandle, _ volumeUID: String, _ moment: EngineMoment
    ) throws(ProviderError) {
        guard attachMode == .hotPlug else {
            throw ProviderError(.notSupported, "volumes are attached when an instance is made here")
        }
        guard var instance = find(handle) else { throw ProviderError(.notFound, "there is no instance \(handle.uid)") }
        guard instance.isRunning else {
            throw ProviderError(.engineFailed, "instance \(handle.uid) does not run")
        }
        guard instance.observed.canAttach else {
            throw ProviderError(.engineFailed, "the guest of \(handle.uid) is not up yet")
        }
        if instance.observed.volumeUIDs.contains(volumeUID) {
            volumes[volumeUID]?.attached(to: handle)
            return
        }
        try mayAttach(volumeUID, to: handle, moment)
        volumes[volumeUID]?.attached(to: handle)
        instance.observed.volumeUIDs.append(volumeUID)
        instance.observed.volumeUIDs.sort()
        instance.observed.epoch = max(instance.observed.epoch, handle.epoch)
        instance.mountedUptime = moment.uptime
        if moment.isLate { instance.lateVolumes.insert(volumeUID) }
        instances[instance.observed.providerID] = instance
        write(on: volumeUID)
        mayRunLog.append(
            MayRunEntry(
                volumeUID: volumeUID, uid: handle.uid, epoch: handle.epoch, began: moment.uptime, ended: nil))
        version += 1
    }

    /// Takes a volume from an instance, whether that runs or not.
    mutating func detach(
        _ handle: InstanceHandle, _ volumeUID: String, isRefused: Bool = false, _ moment: EngineMoment
    ) throws(ProviderError) {
        guard attachMode == .hotPlug else {
            throw ProviderError(.notSupported, "volumes are detached by the end of an instance here")
        }
        guard var instance = find(handle), instance.observed.volumeUIDs.contains(volumeUID) else { return }
        if instance.isHandMade || instance.isForeign {
            violate(.nothingForeign, at: moment.uptime, ["instance \(handle.uid)"], "detach from what is not ours")
            return
        }
        if instance.isRunning, isRefused || instance.image.keepsVolumes {
            throw ProviderError(.detachRefused, "volume \(volumeUID) is busy in \(handle.uid)")
        }
        write(on: volumeUID)
        endRun(of: handle.uid, with: volumeUID, moment)
        instance.observed.volumeUIDs.removeAll { $0 == volumeUID }
        instance.lateVolumes.remove(volumeUID)
        instance.mountedUptime = nil
        instances[instance.observed.providerID] = instance
        version += 1
        var gone = instance
        gone.observed.volumeUIDs = [volumeUID]
        letHandsIn(after: gone, moment)
    }
}
