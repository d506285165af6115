import Ambient
import ControllerRuntime
import InfraAPI
import Planning
import ResourceAPI

/// Writes the records of one set, each conditional on the version that was planned on, and takes the results into the caches at
/// once: the next plan is never made on a state older than our own writes, or than a state that refused one of them.
struct RecordWriter: Sendable {
    let client: any ResourceClient
    let caches: ResourceCaches
    let set: InstanceSet
    let versions: PlannedVersions
    let unconfirmed: UnconfirmedWrites
    let surroundings: Surroundings

    private func key(_ name: String) -> NamespacedName { NamespacedName(namespace: set.namespace, name: name) }

    private func cached<Object: APIObject>(_ cache: ResourceCache<Object>, _ name: String) throws(APIStatus) -> Object {
        guard let object = cache.get(key(name)) else {
            throw APIStatus(code: 404, reason: .notFound, message: "\(Object.resourceType.kind) \(name) is gone")
        }
        try versions.require(object)
        return object
    }

    /// A write that is refused because the cache is behind (409, 404) has the object read once, which brings the cache up to
    /// date and queues the set: without that, it would be planned and refused again until the watch catches up.
    @discardableResult
    private func write<Object: APIObject>(
        _ object: Object, _ cache: ResourceCache<Object>,
        _ body: (any ResourceClient, Object) async throws(APIStatus) -> Object
    ) async throws(APIStatus) -> Object {
        do throws(APIStatus) {
            let written = try await body(client, object)
            versions.wrote(written)
            cache.absorb(written: written)
            return written
        } catch {
            if error.isStale { try await cache.refresh(NamespacedName(object), from: client) }
            unconfirmed.note(error, of: object, in: cache, owner: NamespacedName(set))
            throw error
        }
    }

    private func create<Object: APIObject>(
        _ object: Object, _ cache: ResourceCache<Object>
    ) async throws(APIStatus) {
        try await write(object, cache) { client, object throws(APIStatus) in try await client.create(object) }
    }

    @discardableResult
    private func update<Object: APIObject>(
        _ object: Object, _ cache: ResourceCache<Object>
    ) async throws(APIStatus) -> Object {
        try await write(object, cache) { client, object throws(APIStatus) in try await client.update(object) }
    }

    @discardableResult
    private func updateStatus<Object: APIObject>(
        _ object: Object, _ cache: ResourceCache<Object>
    ) async throws(APIStatus) -> Object {
        try await write(object, cache) { client, object throws(APIStatus) in try await client.updateStatus(object) }
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

    func writeStatus(_ status: InstanceSetStatus, of set: InstanceSet) async throws(APIStatus) {
        try versions.require(set)
        var set = set
        set.status = status
        try await updateStatus(set, caches.sets)
    }

    func addFinalizer() async throws(APIStatus) {
        var set = try cached(caches.sets, set.name)
        set.metadata.finalizers.append(Instance.providerFinalizer)
        try await update(set, caches.sets)
    }

    func removeFinalizer() async throws(APIStatus) {
        var set = try cached(caches.sets, set.name)
        set.metadata.finalizers.removeAll { $0 == Instance.providerFinalizer }
        try await update(set, caches.sets)
    }

    // Revisions.

    func createRevision(_ spec: RevisionSpec) async throws(APIStatus) {
        var revision = Revision()
        revision.metadata = ObjectMeta(
            name: RevisionHash.name(set: set.name, hash: spec.hash), namespace: set.namespace)
        revision.metadata.labels = [Labels.set: set.name]
        revision.metadata.ownerReferences = [ownerReference]
        revision.spec = spec
        try await create(revision, caches.revisions)
    }

    func recordVerdict(_ name: String, _ status: RevisionStatus) async throws(APIStatus) {
        var revision = try cached(caches.revisions, name)
        revision.status = status
        try await updateStatus(revision, caches.revisions)
    }

    func deleteRevision(_ name: String) async throws(APIStatus) {
        let revision = try cached(caches.revisions, name)
        do throws(APIStatus) {
            caches.revisions.absorb(deleted: try await client.delete(revision))
        } catch {
            if error.isStale { try await caches.revisions.refresh(NamespacedName(revision), from: client) }
            throw error
        }
    }

    // Volumes.

    func createVolume(_ name: String, _ spec: VolumeSpec) async throws(APIStatus) {
        var volume = Volume()
        volume.metadata = ObjectMeta(name: name, namespace: set.namespace)
        volume.metadata.labels = [Labels.set: set.name, Labels.slot: String(spec.claim?.slot ?? 0)]
        volume.metadata.finalizers = [Volume.finalizer]
        volume.spec = spec
        try await create(volume, caches.volumes)
    }

    func adoptVolume(_ name: String, _ claim: VolumeClaimReference) async throws(APIStatus) {
        var volume = try cached(caches.volumes, name)
        volume.spec.claim = claim
        volume.metadata.labels[Labels.set] = claim.set
        volume.metadata.labels[Labels.slot] = String(claim.slot)
        try await update(volume, caches.volumes)
    }

    func updateVolume(_ name: String, _ change: (inout VolumeStatus) -> Void) async throws(APIStatus) {
        var volume = try cached(caches.volumes, name)
        change(&volume.status)
        volume.status.phase = volume.status.summary
        try await updateStatus(volume, caches.volumes)
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
        try await update(volume, caches.volumes)
    }

    func createSnapshot(_ name: String, _ spec: SlotSnapshotSpec) async throws(APIStatus) {
        var snapshot = SlotSnapshot()
        snapshot.metadata = ObjectMeta(name: name, namespace: set.namespace)
        snapshot.metadata.labels = [Labels.set: set.name]
        snapshot.metadata.finalizers = [SlotSnapshot.finalizer]
        snapshot.spec = spec
        try await create(snapshot, caches.snapshots)
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
        try await updateStatus(request, caches.forceDetaches)
    }

    // Instances.

    /// - Parameter occupants: of the slot, by name, as they were planned on: the same decision makes the same name, also where
    ///   the answer to the first create was lost and its object has come into the cache since.
    func createInstance(_ spec: InstanceSpec, besides occupants: [String]) async throws(APIStatus) -> Instance {
        let name = InstanceName.make(
            spec, setUID: set.uid, occupants: occupants,
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
        return try await write(instance, caches.instances) { _, instance throws(APIStatus) in
            try await createOrFind(instance)
        }
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
        try await update(instance, caches.instances)
    }

    func recordInstance(_ name: String, _ status: InstanceStatus) async throws(APIStatus) {
        var instance = try cached(caches.instances, name)
        instance.status = status
        try await updateStatus(instance, caches.instances)
    }

    func intend(_ name: String, _ step: InstanceStep.Name, _ reason: Reason) async throws(APIStatus) -> Instance {
        var instance = try cached(caches.instances, name)
        var intent = InstanceStep()
        intent.name = step
        intent.id = surroundings.randomness.nameSuffix(length: 8)
        intent.startedAt = surroundings.time.now
        intent.reason = reason.rawValue
        instance.status.step = intent
        return try await updateStatus(instance, caches.instances)
    }

    func deleteInstance(_ name: String) async throws(APIStatus) -> Instance {
        let instance = try cached(caches.instances, name)
        guard !instance.isBeingDeleted else { return instance }
        return try await write(instance, caches.instances) { client, instance throws(APIStatus) in
            try await client.delete(instance)
        }
    }

    func forgetInstance(_ name: String) async throws(APIStatus) {
        var instance = try cached(caches.instances, name)
        instance.metadata.finalizers.removeAll { $0 == Instance.providerFinalizer }
        try await update(instance, caches.instances)
    }
}

extension APIStatus {
    /// Whether the answer says that what was planned on is not what is stored.
    var isStale: Bool { isConflict || isNotFound || isAlreadyExists }
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
