import Ambient
import ControllerRuntime
import InfraAPI
import Logging
import Planning
import ProviderInterface
import ResourceAPI

/// Brings the records of volumes to what a provider holds, before anything is planned on it (law L6): a new connection may
/// be the first after a restore, with a store that has forgotten volumes and epochs.
struct ProviderStock: Sendable {
    let client: any ResourceClient
    let caches: ResourceCaches
    let time: any TimeSource
    /// Whether a volume found at the provider brings its namespace back.
    let makesNamespaces: Bool

    /// Throws when a record cannot be written: then nothing may be planned yet.
    func take(_ agent: ProviderAgent, _ logger: Logger) async throws {
        try await recordFound(agent, logger)
        try await catchUp(agent, logger)
    }

    // MARK: volumes without a record

    private func recordFound(_ agent: ProviderAgent, _ logger: Logger) async throws {
        let known = Set(caches.volumes.list().filter { $0.spec.provider == agent.name }.map(\.objectUID))
        // Tries to make a volume from a copy have the record's uid and a number.
        let tried = Set(caches.volumes.list().filter { $0.status.restoreAttempt > 0 }.map(\.uid))
        let candidates = agent.mirror.volumes.filter { !known.contains($0.uid) && !$0.isTry(ofOneOf: tried) }
        guard !candidates.isEmpty else { return }
        // The cache may be behind, and the list may be old: both are asked again where a record is made of them. A record
        // goes after its volume, so that one that is still there without a record then never had one, or lost it.
        let stored = try await client.list(Volume.self).items
        for candidate in candidates {
            let isRecorded = stored.contains { $0.spec.provider == agent.name && $0.objectUID == candidate.uid }
            guard !isRecorded, let found = try await confirmed(candidate, agent) else { continue }
            try await record(found, stored, agent, logger)
        }
    }

    /// nil: it is gone, or it is no volume of ours although it has our label.
    private func confirmed(
        _ candidate: ObservedVolume, _ agent: ProviderAgent
    ) async throws(ProviderError) -> ObservedVolume? {
        do throws(ProviderError) {
            return try await agent.provider.readVolume(VolumeHandle(uid: candidate.uid))
        } catch {
            if error.code == .nameTaken { return nil }
            throw error
        }
    }

    /// An orphan, with its data: the slot of its claim gets it back, or a person decides.
    private func record(
        _ found: ObservedVolume, _ stored: [Volume], _ agent: ProviderAgent, _ logger: Logger
    ) async throws {
        guard let place = VolumePlace(found) else { return }
        let begun = stored.first {
            $0.metadata.annotations[Volume.recoveredAnnotation] == found.uid && $0.namespace == place.namespace
                && $0.spec.provider == agent.name && $0.status.objectUID == nil
        }
        do throws(APIStatus) {
            var volume: Volume
            if let begun { volume = begun } else { volume = try await create(found, place, stored, agent) }
            volume.status.objectUID = found.uid
            volume.status.provisioned = true
            volume.status.providerID = found.providerID
            volume.status.providerIdentity = agent.view.identity
            volume.status.epoch = max(volume.status.epoch, highestEpochs(agent)[found.uid] ?? 0)
            volume.status.orphanedAt = time.now
            volume.status.phase = "Orphaned"
            caches.volumes.absorb(written: try await client.updateStatus(volume))
            logger.notice(
                "a volume without a record is an orphan now",
                metadata: ["volume": "\(NamespacedName(volume))", "object": "\(found.providerID)"])
        } catch {
            // A namespace that goes, or a name that is none here: it stays Unknown, and no set can want it.
            guard [403, 409, 422].contains(error.code) || (error.code == 404 && !makesNamespaces) else { throw error }
            logger.warning(
                "a volume cannot be recorded", metadata: ["object": "\(found.providerID)", "error": "\(error)"])
        }
    }

    private func create(
        _ found: ObservedVolume, _ place: VolumePlace, _ stored: [Volume], _ agent: ProviderAgent
    ) async throws(APIStatus) -> Volume {
        var volume = Volume()
        // Of two volumes of one claim the second one has no place: a person decides which data is the right one.
        let name = place.name.flatMap { name in
            stored.contains { $0.namespace == place.namespace && $0.name == name } ? nil : name
        }
        volume.metadata = ObjectMeta(name: name ?? "recovered-\(found.uid)", namespace: place.namespace)
        volume.metadata.annotations = [Volume.recoveredAnnotation: found.uid]
        volume.metadata.finalizers = [Volume.finalizer]
        volume.spec.provider = agent.name
        if let size = found.size { volume.spec.size = size }
        if name != nil, let claim = place.claim {
            volume.spec.claim = claim
            volume.metadata.labels = [Labels.set: claim.set, Labels.slot: String(claim.slot)]
        }
        if makesNamespaces, try await client.find(Namespace.self, name: place.namespace) == nil {
            var namespace = Namespace()
            namespace.metadata = ObjectMeta(name: place.namespace)
            _ = try await client.create(namespace)
        }
        return try await client.create(volume)
    }

    // MARK: epochs and identities

    /// Of the instances that hold each volume, by its uid.
    private func highestEpochs(_ agent: ProviderAgent) -> [String: Int] {
        var highest: [String: Int] = [:]
        for instance in agent.mirror.instances {
            for uid in instance.volumeUIDs { highest[uid] = max(highest[uid] ?? 0, instance.epoch) }
        }
        return highest
    }

    /// Epochs continue above the highest that is seen; what a person's adoption covers is confirmed under the new identity.
    private func catchUp(_ agent: ProviderAgent, _ logger: Logger) async throws {
        let highest = highestEpochs(agent)
        let identity = agent.view.identity
        for var volume in caches.volumes.list() where volume.spec.provider == agent.name {
            let before = volume.status
            volume.status.epoch = max(before.epoch, highest[volume.objectUID] ?? 0)
            if let recorded = before.providerIdentity, recorded != identity, agent.stands(for: recorded, identity),
                try await agent.provider.readVolume(VolumeHandle(uid: volume.objectUID)) != nil
            {
                volume.status.providerIdentity = identity
            }
            guard volume.status != before else { continue }
            caches.volumes.absorb(written: try await client.updateStatus(volume))
            logger.notice(
                "a volume's record was behind the provider",
                metadata: ["volume": "\(NamespacedName(volume))", "epoch": "\(volume.status.epoch)"])
        }
    }
}

extension ObservedVolume {
    /// Whether it is a try, given up or late, to make one of these volumes from a copy.
    fileprivate func isTry(ofOneOf uids: Set<String>) -> Bool {
        guard let dash = uid.lastIndex(of: "-") else { return false }
        return uids.contains(String(uid[..<dash])) && Int(uid[uid.index(after: dash)...]) != nil
    }
}

/// Where a volume belongs, by its labels.
private struct VolumePlace {
    let namespace: String
    let claim: VolumeClaimReference?

    /// nil: its labels name no set.
    init?(_ volume: ObservedVolume) {
        let parts = (volume.set ?? "").split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        namespace = parts[0]
        guard let name = volume.claim, let slot = volume.slot else {
            claim = nil
            return
        }
        var claim = VolumeClaimReference()
        claim.set = parts[1]
        claim.slot = slot
        claim.name = name
        self.claim = claim
    }

    /// As the set's controller names it.
    var name: String? { claim.map { "\($0.name)-\($0.set)-\($0.slot)" } }
}
