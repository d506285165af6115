import Ambient
import InfraAPI
import ResourceAPI

// What users do with copies of volumes.
extension LifeRunner {
    /// As `rollout undo --with-data` does: the revision before, and for each volume that another one wrote since the newest copy
    /// of that revision's data. Refused where one is missing.
    func undoWithData(_ index: Int) async throws {
        let world = cluster.laws.world
        let name = script.sets[index].name
        let revisions = world.revisions.values.filter { $0.spec.set == name }.sorted { $0.spec.number < $1.spec.number }
        guard let previous = revisions.dropLast().last else { return }
        var volumes: [String: String] = [:]
        for volume in world.volumes.values.sorted(by: { $0.name < $1.name })
        where volume.spec.claim?.set == name && volume.status.boundSetUID != nil {
            guard let revision = volume.status.revision, revision != previous.name else { continue }
            let copy = world.snapshots.values
                .filter {
                    $0.isReady && $0.status.revision == previous.name && $0.status.claim == volume.spec.claim
                }
                .max { ($0.status.takenAt ?? .epoch, $0.name) < ($1.status.takenAt ?? .epoch, $1.name) }
            guard let copy else { return }
            volumes[volume.name] = copy.name
        }
        let request = VolumeRestoreRequest(
            token: "at \(Transcript.seconds(cluster.time.uptime))", volumes: volumes)
        try await change(index) { set in
            set.spec.template = previous.spec.template
            set.metadata.annotations[VolumeRestoreRequest.annotation] = request.text
        }
    }

    func snapshot(_ pick: Int) async throws {
        let volumes = cluster.laws.world.volumes.values.sorted { $0.name < $1.name }
        guard !volumes.isEmpty else { return }
        let volume = volumes[pick % volumes.count]
        var snapshot = SlotSnapshot()
        snapshot.metadata = ObjectMeta(
            name: "mine-\(Int(cluster.time.uptime / .milliseconds(1)))", namespace: volume.namespace)
        snapshot.spec.volume = volume.name
        try await ignoringMissing { _ = try await cluster.client.create(snapshot) }
    }

    func deleteSnapshot(_ pick: Int) async throws {
        let snapshots = cluster.laws.world.snapshots.values.sorted { $0.name < $1.name }
        guard !snapshots.isEmpty else { return }
        let snapshot = snapshots[pick % snapshots.count]
        try await ignoringMissing {
            _ = try await cluster.client.delete(
                ObjectReference(SlotSnapshot.resourceType, namespace: snapshot.namespace, name: snapshot.name),
                DeleteOptions())
        }
    }
}
