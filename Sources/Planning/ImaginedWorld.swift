import Ambient
import InfraAPI

/// An observation that changes as if every step succeeded.
struct ImaginedWorld {
    var observation: SetObservation
    private var serial = 0

    init(_ observation: SetObservation) {
        self.observation = observation
        // What is under way never ends in an imagined world: it is begun again, and succeeds.
        for index in self.observation.instances.indices {
            self.observation.instances[index].executions = self.observation.instances[index].executions.filter {
                $0.value != .inFlight
            }
        }
        for index in self.observation.volumes.indices where self.observation.volumes[index].provisioning == .inFlight {
            self.observation.volumes[index].provisioning = .notStarted
        }
        for index in self.observation.volumes.indices where self.observation.volumes[index].resizing == .inFlight {
            self.observation.volumes[index].resizing = .notStarted
        }
        self.observation.images = observation.images.filter { $0.value != .inFlight }
        // Above what an earlier imagination may have left here: a uid is never used twice.
        serial = observation.instances.compactMap { Int($0.record.metadata.uid.drop { !$0.isNumber }) }.max() ?? 0
    }

    /// Plans once and carries it out. When only time is missing the clock goes on. nil at the fixed point.
    mutating func advance() -> Plan? {
        let plan = Planner.plan(observation)
        if plan.steps.isEmpty, plan.status == observation.set.status {
            guard let wakeAt = plan.wakeAt, wakeAt > observation.now else { return nil }
            observation.now = wakeAt
            return plan
        }
        for step in plan.steps { apply(step.step) }
        observation.set.status = plan.status
        return plan
    }

    mutating func apply(_ step: Step) {
        switch step {
        case .addFinalizer: observation.set.metadata.finalizers.append(Instance.providerFinalizer)
        case .removeFinalizer: observation.set.metadata.finalizers.removeAll { $0 == Instance.providerFinalizer }
        case .resolveTemplate: break  // resolved before the forecast, or not at all
        case .rollBack: break  // the status has it
        case .createRevision(let spec): freeze(spec)
        case .recordVerdict(let name, let status):
            for index in observation.revisions.indices where observation.revisions[index].metadata.name == name {
                observation.revisions[index].status = status
            }
        case .deleteRevision(let name): observation.revisions.removeAll { $0.metadata.name == name }
        case .prepareImage(let image): observation.images[image] = .succeeded(Nothing())
        case .createVolume(let name, let spec): add(name, spec)
        case .bindVolume(let name):
            update(volume: name) { [uid = observation.set.metadata.uid] in $0.status.boundSetUID = uid }
        case .provisionVolume(let name), .recordProvisioned(let name, _):
            update(volume: name) { $0.status.provisioned = true }
        case .adoptVolume(let name, let claim): adopt(name, claim)
        case .resizeVolume(let name, let size), .recordResized(let name, let size):
            update(volume: name) { $0.status.size = size }
        case .createSnapshot(let name, let spec): copy(name, spec)
        case .displaceVolume(let name):
            update(volume: name) { $0.spec.claim = nil }
            observation.takenVolumeNames.insert(name)
        case .refuseRestore: break
        case .orphanVolume(let name): update(volume: name) { $0.status.boundSetUID = nil }
        case .attachVolumes(let names, let instance, let uid, let epoch):
            let revision = observation.instances.first { $0.record.metadata.name == instance }?.record.spec.revision
            for name in names {
                update(volume: name) {
                    $0.attach(instance, uid, epoch)
                    $0.status.revision = revision ?? $0.status.revision
                }
            }
        case .detachVolumes(let names, let receipt):
            for name in names {
                update(volume: name) {
                    $0.status.attachment = nil
                    $0.status.receipts.append(receipt)
                }
            }
        case .answerForceDetach(let name, let status):
            for volume in observation.volumes.indices {
                for request in observation.volumes[volume].forceDetaches.indices
                where observation.volumes[volume].forceDetaches[request].metadata.name == name {
                    observation.volumes[volume].forceDetaches[request].status = status
                }
            }
        case .recordGap(let names, let epoch, _):
            for name in names { update(volume: name) { $0.status.lastGapEpoch = epoch } }
        case .createInstance(let spec): create(spec)
        case .adoptInstance(let name):
            update(instance: name) { [uid = observation.set.metadata.uid] in
                var owner = OwnerReference()
                owner.uid = uid
                $0.record.metadata.ownerReferences = [owner]
            }
        case .recordInstance(let name, let status): update(instance: name) { $0.record.status = status }
        case .intend(let name, let step):
            update(instance: name) { $0.record.status.step = InstanceStep(step) }
            execute(step, name)
        case .deleteInstance(let name):
            update(instance: name) { [now = observation.now] in $0.record.metadata.deletionTimestamp = now }
        case .execute(let name, let step): execute(step, name)
        case .forgetInstance(let name): observation.instances.removeAll { $0.record.metadata.name == name }
        }
    }

    private mutating func freeze(_ spec: RevisionSpec) {
        var revision = Revision()
        revision.metadata = ObjectMeta(name: RevisionHash.name(set: spec.set, hash: spec.hash))
        revision.spec = spec
        observation.revisions.append(revision)
    }

    private mutating func add(_ name: String, _ spec: VolumeSpec) {
        var volume = Volume()
        volume.metadata = ObjectMeta(name: name)
        volume.metadata.uid = "volume-\(name)"
        volume.spec = spec
        observation.volumes.append(VolumeView(record: volume))
    }

    private mutating func copy(_ name: String, _ spec: SlotSnapshotSpec) {
        guard let index = observation.volumes.firstIndex(where: { $0.record.metadata.name == spec.volume }) else {
            return
        }
        var snapshot = SlotSnapshot()
        snapshot.metadata = ObjectMeta(name: name)
        snapshot.metadata.uid = "snapshot-\(name)"
        snapshot.spec = spec
        snapshot.status.takenAt = observation.now
        observation.volumes[index].snapshots.append(snapshot)
    }

    private mutating func adopt(_ name: String, _ claim: VolumeClaimReference) {
        guard let index = observation.adoption?.volumes.firstIndex(where: { $0.metadata.name == name }),
            var volume = observation.adoption?.volumes.remove(at: index)
        else { return }
        volume.spec.claim = claim
        observation.volumes.append(VolumeView(record: volume))
    }

    /// Without volumes an instance is launched as soon as it is recorded.
    private mutating func create(_ spec: InstanceSpec) {
        serial += 1
        var instance = Instance()
        instance.metadata = ObjectMeta(name: "\(spec.set)-\(spec.slot)-new\(serial)")
        instance.metadata.uid = "instance-\(serial)"
        instance.metadata.creationTimestamp = observation.now
        var owner = OwnerReference()
        owner.uid = observation.set.metadata.uid
        instance.metadata.ownerReferences = [owner]
        instance.spec = spec
        observation.instances.append(InstanceView(record: instance, fact: .absent))
        if spec.epoch == 0 { execute(.launch, instance.metadata.name) }
    }

    private mutating func execute(_ step: InstanceStep.Name, _ name: String) {
        let (now, identity) = (observation.now, observation.provider.identity)
        update(instance: name) { view in
            switch step {
            case .launch, .start:
                view.fact = .running
                view.readiness = .pass(since: now)
                view.observed = ObservedDetails(providerID: "imagined-\(name)", startedAt: now)
                view.executions[step] = .succeeded(.done)
            case .create:
                view.fact = .created
                view.observed = ObservedDetails(providerID: "imagined-\(name)")
                view.executions[step] = .succeeded(.done)
            case .stop:
                view.fact = .exited(code: 0)
                view.executions[step] = .succeeded(.done)
            case .retire, .destroy:
                view.fact = .absent
                view.executions[step] = .succeeded(
                    .destroyed(
                        Destruction(
                            providerIdentity: identity, acknowledgedAt: now, readAt: now,
                            providerID: view.record.status.providerID,
                            lastWritableAt: now)))
            }
        }
    }

    private mutating func update(instance name: String, _ change: (inout InstanceView) -> Void) {
        guard let index = observation.instances.firstIndex(where: { $0.record.metadata.name == name }) else { return }
        change(&observation.instances[index])
    }

    private mutating func update(volume name: String, _ change: (inout Volume) -> Void) {
        guard let index = observation.volumes.firstIndex(where: { $0.record.metadata.name == name }) else { return }
        change(&observation.volumes[index].record)
    }
}

extension Volume {
    fileprivate mutating func attach(_ instance: String, _ uid: String, _ epoch: Int) {
        var attachment = VolumeAttachment()
        attachment.instance = instance
        attachment.instanceUID = uid
        attachment.epoch = epoch
        status.attachment = attachment
        status.epoch = epoch
    }
}

extension InstanceStep {
    fileprivate init(_ name: Name) {
        self.init()
        self.name = name
    }
}
