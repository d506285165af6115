import Ambient
import ControllerRuntime
import InfraAPI
import Planning
import ResourceAPI

/// Writes the records of one set, each conditional on the version that was planned on, and takes the results into the caches at
/// once: the next plan is never made on a state older than our own writes.
struct RecordWriter: Sendable {
    let client: any ResourceClient
    let caches: ResourceCaches
    let set: InstanceSet
    let versions: PlannedVersions
    let surroundings: Surroundings

    private func key(_ name: String) -> NamespacedName { NamespacedName(namespace: set.namespace, name: name) }

    private func cached<Object: APIObject>(_ cache: ResourceCache<Object>, _ name: String) throws(APIStatus) -> Object {
        guard let object = cache.get(key(name)) else {
            throw APIStatus(code: 404, reason: .notFound, message: "\(Object.resourceType.kind) \(name) is gone")
        }
        try versions.require(object)
        return object
    }

    private func absorb<Object: APIObject>(_ written: Object, into cache: ResourceCache<Object>) {
        versions.wrote(written)
        cache.absorb(written: written)
    }

    private var ownerReference: OwnerReference {
        var owner = OwnerReference()
        owner.apiVersion = InstanceSet.resourceType.apiVersion
        owner.kind = InstanceSet.resourceType.kind
        owner.name = set.name
        owner.uid = set.uid
        owner.controller = true
        owner.blockOwnerDeletion = true
        return owner
    }

    // The set.

    func addFinalizer() async throws(APIStatus) {
        var set = try cached(caches.sets, set.name)
        set.metadata.finalizers.append(Instance.providerFinalizer)
        absorb(try await client.update(set), into: caches.sets)
    }

    func removeFinalizer() async throws(APIStatus) {
        var set = try cached(caches.sets, set.name)
        set.metadata.finalizers.removeAll { $0 == Instance.providerFinalizer }
        absorb(try await client.update(set), into: caches.sets)
    }

    // Revisions.

    func createRevision(_ spec: RevisionSpec) async throws(APIStatus) {
        var revision = Revision()
        revision.metadata = ObjectMeta(
            name: RevisionHash.name(set: set.name, hash: spec.hash), namespace: set.namespace)
        revision.metadata.labels = [Labels.set: set.name]
        revision.metadata.ownerReferences = [ownerReference]
        revision.spec = spec
        absorb(try await client.create(revision), into: caches.revisions)
    }

    func recordVerdict(_ name: String, _ status: RevisionStatus) async throws(APIStatus) {
        var revision = try cached(caches.revisions, name)
        revision.status = status
        absorb(try await client.updateStatus(revision), into: caches.revisions)
    }

    func deleteRevision(_ name: String) async throws(APIStatus) {
        caches.revisions.absorb(deleted: try await client.delete(try cached(caches.revisions, name)))
    }

    // Volumes.

    func createVolume(_ name: String, _ spec: VolumeSpec) async throws(APIStatus) {
        var volume = Volume()
        volume.metadata = ObjectMeta(name: name, namespace: set.namespace)
        volume.metadata.labels = [Labels.set: set.name, Labels.slot: String(spec.claim?.slot ?? 0)]
        volume.metadata.finalizers = [Volume.finalizer]
        volume.spec = spec
        absorb(try await client.create(volume), into: caches.volumes)
    }

    func adoptVolume(_ name: String, _ claim: VolumeClaimReference) async throws(APIStatus) {
        var volume = try cached(caches.volumes, name)
        volume.spec.claim = claim
        volume.metadata.labels[Labels.set] = claim.set
        volume.metadata.labels[Labels.slot] = String(claim.slot)
        absorb(try await client.update(volume), into: caches.volumes)
    }

    func updateVolume(_ name: String, _ change: (inout VolumeStatus) -> Void) async throws(APIStatus) {
        var volume = try cached(caches.volumes, name)
        change(&volume.status)
        volume.status.phase = volume.status.summary
        absorb(try await client.updateStatus(volume), into: caches.volumes)
    }

    /// The next try to make a volume from its source, under a uid of its own: what an earlier one has made, or makes late, is never
    /// taken for it. A volume that begins empty needs no intent but its record.
    func intendProvisioning(_ name: String) async throws(APIStatus) -> Volume {
        let volume = try cached(caches.volumes, name)
        guard volume.spec.source != nil else { return volume }
        try await updateVolume(name) { status in
            status.restoreAttempt += 1
            status.objectUID = "\(volume.uid)-\(status.restoreAttempt)"
        }
        return try cached(caches.volumes, name)
    }

    /// Only what is orphaned may lose its place.
    func displaceVolume(_ name: String) async throws(APIStatus) {
        var volume = try cached(caches.volumes, name)
        volume.spec.claim = nil
        volume.metadata.labels[Labels.set] = nil
        volume.metadata.labels[Labels.slot] = nil
        absorb(try await client.update(volume), into: caches.volumes)
    }

    func createSnapshot(_ name: String, _ spec: SlotSnapshotSpec) async throws(APIStatus) {
        var snapshot = SlotSnapshot()
        snapshot.metadata = ObjectMeta(name: name, namespace: set.namespace)
        snapshot.metadata.labels = [Labels.set: set.name]
        snapshot.metadata.finalizers = [SlotSnapshot.finalizer]
        snapshot.spec = spec
        absorb(try await client.create(snapshot), into: caches.snapshots)
    }

    func attach(_ names: [String], instance: String, uid: String, epoch: Int) async throws(APIStatus) {
        let now = surroundings.time.now
        let revision = caches.instances.get(key(instance))?.spec.revision
        for name in names {
            try await updateVolume(name) { status in
                status.revision = revision ?? status.revision
                var attachment = VolumeAttachment()
                attachment.instance = instance
                attachment.instanceUID = uid
                attachment.epoch = epoch
                attachment.attachedAt = now
                status.attachment = attachment
                status.epoch = epoch
            }
        }
    }

    func detach(_ names: [String], _ receipt: DetachReceipt) async throws(APIStatus) {
        for name in names {
            try await updateVolume(name) { $0.end(with: receipt) }
        }
    }

    func answerForceDetach(_ name: String, _ status: VolumeForceDetachStatus) async throws(APIStatus) {
        var request = try cached(caches.forceDetaches, name)
        request.status = status
        absorb(try await client.updateStatus(request), into: caches.forceDetaches)
    }

    // Instances.

    func createInstance(_ spec: InstanceSpec) async throws(APIStatus) -> Instance {
        let occupants = caches.instances.list(index: ResourceCaches.bySet, value: key(set.name).description)
            .filter { $0.spec.slot == spec.slot }
        let name = InstanceName.make(
            spec, setUID: set.uid, occupants: occupants.map(\.name),
            after: set.status.slotFailures.first { $0.slot == spec.slot })
        var instance = Instance()
        instance.metadata = ObjectMeta(name: name, namespace: set.namespace)
        instance.metadata.labels = set.spec.template.labels
        instance.metadata.labels[Labels.set] = set.name
        instance.metadata.labels[Labels.slot] = String(spec.slot)
        instance.metadata.labels[Labels.revision] = spec.revision
        instance.metadata.finalizers = [Instance.providerFinalizer]
        instance.metadata.ownerReferences = [ownerReference]
        instance.spec = spec
        let made = try await createOrFind(instance)
        absorb(made, into: caches.instances)
        return made
    }

    /// One of that name which is the same was made by a create of ours whose answer was lost.
    private func createOrFind(_ instance: Instance) async throws(APIStatus) -> Instance {
        do throws(APIStatus) {
            return try await client.create(instance)
        } catch {
            guard error.isAlreadyExists,
                let standing = try await client.find(Instance.self, namespace: set.namespace, name: instance.name),
                standing.spec == instance.spec, !standing.isBeingDeleted,
                standing.metadata.ownerReferences.contains(where: { $0.uid == set.uid })
            else { throw error }
            return standing
        }
    }

    func adopt(_ name: String) async throws(APIStatus) {
        var instance = try cached(caches.instances, name)
        instance.metadata.ownerReferences = [ownerReference]
        absorb(try await client.update(instance), into: caches.instances)
    }

    func recordInstance(_ name: String, _ status: InstanceStatus) async throws(APIStatus) {
        var instance = try cached(caches.instances, name)
        instance.status = status
        absorb(try await client.updateStatus(instance), into: caches.instances)
    }

    func intend(_ name: String, _ step: InstanceStep.Name, _ reason: Reason) async throws(APIStatus) -> Instance {
        var instance = try cached(caches.instances, name)
        var intent = InstanceStep()
        intent.name = step
        intent.id = surroundings.randomness.nameSuffix(length: 8)
        intent.startedAt = surroundings.time.now
        intent.reason = reason.rawValue
        instance.status.step = intent
        let written = try await client.updateStatus(instance)
        absorb(written, into: caches.instances)
        return written
    }

    func deleteInstance(_ name: String) async throws(APIStatus) -> Instance {
        let instance = try cached(caches.instances, name)
        guard !instance.isBeingDeleted else { return instance }
        let deleted = try await client.delete(instance)
        absorb(deleted, into: caches.instances)
        return deleted
    }

    func forgetInstance(_ name: String) async throws(APIStatus) {
        var instance = try cached(caches.instances, name)
        instance.metadata.finalizers.removeAll { $0 == Instance.providerFinalizer }
        absorb(try await client.update(instance), into: caches.instances)
    }
}

extension VolumeStatus {
    /// For people; decides nothing.
    var summary: String {
        if attachment != nil { return "Attached" }
        if copy != nil { return "Copying" }
        if boundSetUID == nil { return "Orphaned" }
        return provisioned ? "Available" : "Pending"
    }
}
