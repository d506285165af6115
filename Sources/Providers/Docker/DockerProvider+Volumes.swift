internal import DockerEngine
public import ProviderInterface

extension DockerProvider {
    public func createVolume(_ creation: VolumeCreation) async throws(ProviderError) -> ObservedVolume {
        _ = try await identity.check()
        let name = names.volume(uid: creation.uid)
        try await requireNoForeignData(of: creation.set)
        let labels = ObjectLabels.volume(creation, installationID: configuration.installationID)
        // Returns the one that is there, with the labels that it has.
        let volume = try await engineCall("create the volume \(name)") { () throws(DockerError) in
            try await engine.createVolume(name: name, labels: labels)
        }
        try requireOwn(volume, uid: creation.uid)
        return observed(volume)
    }

    /// Another installation's data for the same set: a blank volume beside it would be taken for it. The controllers are told by
    /// lists, which may be a minute old; a volume is made but once, so that it is asked here.
    private func requireNoForeignData(of set: String) async throws(ProviderError) {
        let volumes = try await engineCall("list the volumes of set \(set)") { () throws(DockerError) in
            try await engine.listVolumes(labels: [ObjectLabels.installation, "\(ObjectLabels.set)=\(set)"])
        }
        let installations = volumes.filter { !$0.isSnapshot }.compactMap { $0.labels[ObjectLabels.installation] }
        guard let other = installations.filter({ $0 != configuration.installationID }).min(),
            !installations.contains(configuration.installationID)
        else { return }
        throw ProviderError(
            .nameTaken,
            "installation \(other) holds volumes of the set \(set) at this engine: one made now would begin without their "
                + "data. Remove them there, or give this set another name")
    }

    public func readVolume(_ handle: VolumeHandle) async throws(ProviderError) -> ObservedVolume? {
        let before = try await identity.check()
        let volume = try await ownVolume(uid: handle.uid)
        let after = try await identity.check()
        guard before == after else { throw identity.mismatch(expected: before, found: after) }
        return volume.map(observed)
    }

    public func deleteVolume(_ handle: VolumeHandle) async throws(ProviderError) {
        _ = try await identity.check()
        guard let volume = try await ownVolume(uid: handle.uid) else { return }
        try await remove(volume, called: "volume")
    }

    /// Removes one of ours that nothing holds but copies of ours that were cut off. One that is gone is fine.
    ///
    /// - Parameter what: the word for it in errors.
    func remove(_ volume: EngineVolume, called what: String) async throws(ProviderError) {
        try await evictCopies(of: volume.name)
        do throws(DockerError) {
            try await engine.removeVolume(volume.name)
        } catch {
            switch error.kind {
            case .notFound: return
            case .conflict:
                throw ProviderError(
                    .volumeInUse,
                    "the \(what) \(volume.name) is held by a container: \(error.engineMessage); destroy it first")
            default: throw ProviderError(error, doing: "delete the \(what) \(volume.name)")
            }
        }
    }

    /// The engine's volume of this uid; nil when there is none. Throws when the name is not ours.
    func ownVolume(uid: String) async throws(ProviderError) -> EngineVolume? {
        let name = names.volume(uid: uid)
        let volume = try await engineRead("inspect the volume \(name)") { () throws(DockerError) in
            try await engine.inspectVolume(name)
        }
        guard let volume else { return nil }
        try requireOwn(volume, uid: uid)
        return volume
    }

    private func requireOwn(_ volume: EngineVolume, uid: String) throws(ProviderError) {
        guard volume.labels[ObjectLabels.installation] == configuration.installationID,
            volume.labels[ObjectLabels.uid] == uid
        else {
            throw ProviderError(
                .nameTaken,
                "the volume \(volume.name) exists without our labels, so it is not ours and is left alone; "
                    + "rename or remove it")
        }
    }
}
