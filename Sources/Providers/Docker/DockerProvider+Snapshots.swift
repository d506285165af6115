internal import DockerEngine
public import ProviderInterface

extension DockerProvider {
    public func createSnapshot(_ creation: SnapshotCreation) async throws(ProviderError) -> ObservedSnapshot {
        _ = try await identity.check()
        let source = names.volume(uid: creation.volume.uid)
        guard try await ownVolume(uid: creation.volume.uid) != nil else {
            throw ProviderError(.notFound, "the volume \(source) is missing at the engine: there is nothing to copy")
        }
        let handle = creation.handle
        // What the try before has left has another name, so that nobody takes a half of it for this one.
        if handle.attempt > 1 {
            try await removeSnapshot(SnapshotHandle(uid: handle.uid, attempt: handle.attempt - 1))
        }
        let name = names.snapshot(handle)
        let labels = ObjectLabels.snapshot(creation, installationID: configuration.installationID)
        let made = try await engineCall("create the volume \(name)") { () throws(DockerError) in
            try await engine.createVolume(name: name, labels: labels)
        }
        try requireOwn(made, handle)
        let copier = VolumeCopier(
            provider: self, uid: handle.uid, source: source, target: name, image: creation.image)
        do throws(ProviderError) {
            let summary = try await copier.copy()
            return ObservedSnapshot(
                handle: handle, providerID: name, set: creation.set, slot: creation.slot,
                contentBytes: summary.contentBytes, contentEntries: summary.entries)
        } catch {
            // A full disk is not kept full by a half.
            try? await removeSnapshot(handle)
            throw error
        }
    }

    public func readSnapshot(_ handle: SnapshotHandle) async throws(ProviderError) -> ObservedSnapshot? {
        let before = try await identity.check()
        let volume = try await snapshotVolume(handle)
        let after = try await identity.check()
        guard before == after else { throw identity.mismatch(expected: before, found: after) }
        return volume.flatMap(observedSnapshot)
    }

    public func deleteSnapshot(uid: String) async throws(ProviderError) {
        _ = try await identity.check()
        let labels = [
            "\(ObjectLabels.installation)=\(configuration.installationID)", "\(ObjectLabels.snapshot)=\(uid)",
        ]
        let tries = try await engineCall("list the copies of \(uid)") { () throws(DockerError) in
            try await engine.listVolumes(labels: labels)
        }
        for volume in tries {
            guard let found = observedSnapshot(volume), names.snapshot(found.handle) == volume.name else { continue }
            try await removeSnapshot(found.handle)
        }
    }

    public func restoreVolume(_ restoration: VolumeRestoration) async throws(ProviderError) -> ObservedVolume {
        let source = names.snapshot(restoration.snapshot)
        guard try await readSnapshot(restoration.snapshot) != nil else {
            throw ProviderError(
                .notFound, "the copy \(source) is missing at the engine: there is nothing to go back to")
        }
        let volume = try await createVolume(restoration.volume)
        let copier = VolumeCopier(
            provider: self, uid: restoration.volume.uid, source: source, target: volume.providerID,
            image: restoration.image)
        do throws(ProviderError) {
            _ = try await copier.copy()
            return volume
        } catch {
            try? await deleteVolume(VolumeHandle(uid: restoration.volume.uid))
            throw error
        }
    }

    /// Ends copies of a volume that are under way, or were when their controller died: nobody gets a volume beside one.
    func evictCopies(of volume: String) async throws(ProviderError) {
        let holders = try await engineCall("list the containers that mount \(volume)") { () throws(DockerError) in
            try await engine.listContainers(mounting: volume)
        }
        for holder in holders
        where holder.isCopyHelper && holder.labels[ObjectLabels.installation] == configuration.installationID {
            try await remove(holder.id, "end the copy that holds the volume \(volume)")
        }
    }

    func observedSnapshot(_ volume: EngineVolume) -> ObservedSnapshot? {
        guard let uid = volume.labels[ObjectLabels.snapshot],
            let attempt = volume.labels[ObjectLabels.attempt].flatMap({ Int($0) })
        else { return nil }
        return ObservedSnapshot(
            handle: SnapshotHandle(uid: uid, attempt: attempt), providerID: volume.name,
            set: volume.labels[ObjectLabels.set], slot: volume.labels[ObjectLabels.slot].flatMap { Int($0) })
    }

    private func snapshotVolume(_ handle: SnapshotHandle) async throws(ProviderError) -> EngineVolume? {
        let name = names.snapshot(handle)
        let volume = try await engineRead("inspect the volume \(name)") { () throws(DockerError) in
            try await engine.inspectVolume(name)
        }
        if let volume { try requireOwn(volume, handle) }
        return volume
    }

    private func removeSnapshot(_ handle: SnapshotHandle) async throws(ProviderError) {
        guard let volume = try await snapshotVolume(handle) else { return }
        try await remove(volume, called: "copy")
    }

    private func requireOwn(_ volume: EngineVolume, _ handle: SnapshotHandle) throws(ProviderError) {
        guard volume.labels[ObjectLabels.installation] == configuration.installationID,
            observedSnapshot(volume)?.handle == handle
        else {
            throw ProviderError(
                .nameTaken,
                "the volume \(volume.name) exists without our labels, so it is not ours and is left alone; rename or "
                    + "remove it")
        }
    }
}

extension EngineVolume {
    var isSnapshot: Bool { labels[ObjectLabels.snapshot] != nil }
}
