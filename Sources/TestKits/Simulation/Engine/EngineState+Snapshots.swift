import ProviderInterface

// Copies of volumes. Each is whole or not there: what a real engine leaves of half a copy has a name that nobody uses again.
extension EngineState {
    mutating func createSnapshot(
        _ creation: SnapshotCreation, _ moment: EngineMoment
    ) throws(ProviderError) -> ObservedSnapshot {
        let (handle, uid) = (creation.handle, creation.volume.uid)
        guard let volume = volumes[uid], !volume.isForeign else {
            throw ProviderError(.notFound, "there is no volume \(uid)")
        }
        // Whoever comes late finds that its containers were removed for somebody who got the volume.
        if moment.isLate, volume.highestEpoch > creation.epoch {
            throw ProviderError(.volumeInUse, "volume \(uid) was attached since")
        }
        if let holder = holders(of: uid).first {
            // What somebody has put there by hand, or what came after its caller had given up, is nobody's slip.
            let isStray = holder.isLate && holder.startCount == 0
            if !moment.isLate, !holder.isHandMade, !isStray {
                violate(
                    .oneWriter, at: moment.uptime, ["volume \(uid)", "instance \(holder.observed.uid)"],
                    "copied while \(holder.observed.uid) (\(holder.observed.state)) holds it")
            }
            throw ProviderError(.volumeInUse, "volume \(uid) is held by \(holder.observed.uid)")
        }
        snapshots[SnapshotHandle(uid: handle.uid, attempt: handle.attempt - 1)] = nil
        let observed = ObservedSnapshot(
            handle: handle, providerID: "imm_sim_snapshot_\(handle.uid)_\(handle.attempt)", set: creation.set,
            slot: creation.slot, contentBytes: volume.content, contentEntries: 1)
        snapshots[handle] = Snapshot(observed: observed, volumeUID: uid, content: volume.content)
        version += 1
        return observed
    }

    mutating func deleteSnapshot(_ uid: String) {
        for handle in snapshots.keys where handle.uid == uid { snapshots[handle] = nil }
        version += 1
    }

    mutating func restoreVolume(_ restoration: VolumeRestoration) throws(ProviderError) -> ObservedVolume {
        guard let snapshot = snapshots[restoration.snapshot] else {
            throw ProviderError(.notFound, "there is no copy \(restoration.snapshot.uid)")
        }
        let isNew = volumes[restoration.volume.uid] == nil
        let observed = createVolume(restoration.volume)
        if isNew { volumes[observed.uid]?.content = snapshot.content }
        return observed
    }
}
