internal import Ambient
internal import InfraAPI
internal import JSON
internal import ProcessControl
public import ProviderInterface

/// Volumes are raw disks with one ext4 file system and no partitions.
extension QEMUProvider {
    public func createVolume(_ creation: VolumeCreation) async throws(ProviderError) -> ObservedVolume {
        try identity.check()
        let made = try await makeVolume(creation) { (work) throws(ProviderError) in
            let bytes = (max(creation.size.bytes, 64 << 10) + 4095) / 4096 * 4096
            try files { () throws(FileFailure) in try FileTree.resize(work + "/disk", to: bytes) }
            try await runTool(
                configuration.makeFileSystem,
                ["-q", "-F", "-t", "ext4", "-m", "0", "-E", "lazy_itable_init=1,lazy_journal_init=1", "disk"],
                in: work, doing: "make the file system of volume \(creation.uid)")
        }
        return made.observed
    }

    /// Makes a volume with a disk that `fill` writes; the one that is there, if one is.
    private func makeVolume(
        _ creation: VolumeCreation, _ fill: (String) async throws(ProviderError) -> Void
    ) async throws(ProviderError) -> StoredVolume {
        if let there = try volume(uid: creation.uid) { return there }
        let directory = try volumeDirectory(creation.uid)
        let record = StoredVolume(
            directory: directory, creation: creation, installation: configuration.installationID)
        _ = try await state.make(directory) { (work) throws(ProviderError) in
            try await fill(work.path)
            try files { () throws(FileFailure) in
                try FileTree.synchronize(work.path + "/disk")
                try work.write(StoredVolume.record, record.json.encoded())
            }
        }
        guard let made = try volume(uid: creation.uid) else {
            throw ProviderError(.notFound, "the volume \(creation.uid) is gone; somebody else removed it")
        }
        return made
    }

    public func readVolume(_ handle: VolumeHandle) async throws(ProviderError) -> ObservedVolume? {
        let before = try identity.check()
        let found = try volume(uid: handle.uid)
        let after = try identity.check()
        guard before == after else { throw identity.mismatch(expected: before, found: after) }
        return found?.observed
    }

    public func deleteVolume(_ handle: VolumeHandle) async throws(ProviderError) {
        try identity.check()
        guard let volume = try volume(uid: handle.uid) else { return }
        if let holder = try holder(of: volume.uid) { throw inUse(volume.uid, holder) }
        try state.remove(volume.directory)
    }

    public func restoreVolume(_ restoration: VolumeRestoration) async throws(ProviderError) -> ObservedVolume {
        try identity.check()
        let source = snapshotDirectory(restoration.snapshot)
        guard try await readSnapshot(restoration.snapshot) != nil else {
            throw ProviderError(
                .notFound, "the copy \(restoration.snapshot.uid) is missing: there is nothing to go back to")
        }
        let made = try await makeVolume(restoration.volume) { (work) throws(ProviderError) in
            try await copy("\(source)/disk", to: work + "/disk", unless: { false })
        }
        return made.observed
    }

    // MARK: finding

    /// The volume of this uid; nil when there is none. Throws when it is not ours.
    func volume(uid: String) throws(ProviderError) -> StoredVolume? {
        let directory = try volumeDirectory(uid)
        guard let volume = try storedVolume(directory) else { return nil }
        guard volume.isOurs(configuration), volume.uid == uid else {
            throw ProviderError(
                .nameTaken, "the volume \(directory) is not of this installation and is left alone; move it away")
        }
        return volume
    }

    func volumes() throws(ProviderError) -> [StoredVolume] { try storedVolumes(state.volumes) }

    func storedVolumes(_ directory: String) throws(ProviderError) -> [StoredVolume] {
        var found: [StoredVolume] = []
        for entry in FileTree.entries(directory) where entry.isDirectory {
            if let volume = try storedVolume("\(directory)/\(entry.name)") { found.append(volume) }
        }
        return found
    }

    func storedVolume(_ directory: String) throws(ProviderError) -> StoredVolume? {
        guard let json = try state.read("\(directory)/\(StoredVolume.record)") else { return nil }
        return StoredVolume(directory: directory, json: json)
    }

    private func volumeDirectory(_ uid: String) throws(ProviderError) -> String {
        guard !uid.isEmpty, !uid.contains("/"), !uid.hasPrefix(".") else {
            throw ProviderError(.engineFailed, "the uid of a volume cannot be '\(uid)'")
        }
        return "\(state.volumes)/\(uid)"
    }

    // MARK: holders

    /// The machine that has a volume, whether it runs or not.
    func holder(of volumeUID: String, besides name: String? = nil) throws(ProviderError) -> Machine? {
        try machines().first { machine in
            machine.name != name && machine.record.volumes.contains { $0.uid == volumeUID }
        }
    }

    func inUse(_ volumeUID: String, _ holder: Machine) -> ProviderError {
        ProviderError(
            .volumeInUse,
            "the volume \(volumeUID) is held by machine \(holder.name) of instance \(holder.record.uid); destroy that first"
        )
    }

    /// A missing volume is never made in silence (law L3), and one that another machine has is not given (law L2).
    func requireFree(_ request: VolumeAttachmentRequest, besides name: String) throws(ProviderError) {
        guard try volume(uid: request.volumeUID) != nil else {
            throw ProviderError(
                .notFound,
                "the volume \(request.volumeUID) of claim \(request.claim) is missing; it is never made anew in silence"
            )
        }
        if let holder = try holder(of: request.volumeUID, besides: name) { throw inUse(request.volumeUID, holder) }
    }

    /// Tells copies under way that the volume has a holder now.
    func claim(_ volumeUID: String, for machine: Machine) throws(ProviderError) {
        guard let volume = try volume(uid: volumeUID) else { return }
        try state.replace(volume.directory, StoredVolume.claim, ["instance": .string(machine.providerID)])
    }
}
