import Ambient
import ControllerRuntime
import InfraAPI
import Planning
import ProviderInterface

/// Move one of a reconcile: gathers records, facts and the state of effects into one value. Reads memory only.
struct SetObserver {
    let caches: ResourceCaches
    let providers: ProviderRegistry
    let memory: EffectMemory
    let probes: ProbeRunner
    let time: any TimeSource

    func observe(_ set: InstanceSet) -> SetObservation {
        let key = NamespacedName(set)
        let agent = providers.agent(for: set)
        // Those of a set of this name that is gone are garbage that the cache has still: their verdicts count for nothing.
        let revisions = caches.revisions.list(index: ResourceCaches.bySet, value: key.description)
            .filter {
                $0.metadata.ownerReferences.isEmpty || $0.metadata.ownerReferences.contains { $0.uid == set.uid }
            }
        let records = caches.instances.list(index: ResourceCaches.bySet, value: key.description)
        let volumes = caches.volumes.list(index: ResourceCaches.bySet, value: key.description)
        let requests = Dictionary(
            grouping: caches.forceDetaches.list(index: ResourceCaches.pending, value: set.namespace), by: \.spec.volume)
        let templates = Dictionary(revisions.map { ($0.metadata.name, $0.spec.template.spec) }) { first, _ in first }
        let templateHash = memory.templateHash(of: set, isStored: caches.sets.get(key) != nil)
        var observation = SetObservation(
            now: time.now, set: set, templateHash: templateHash, provider: providers.view(for: set),
            revisions: revisions,
            instances: records.map { record in
                view(record, template: templates[record.spec.revision], agent, key) {
                    let revision = revisions.first { $0.name == record.spec.revision }
                    return InstanceEffect.mounted(by: record, revision, volumes).first?.volume.objectUID
                }
            },
            volumes: volumes.map { volume in
                var view = VolumeView(
                    record: volume,
                    provisioning: memory.execution(.volume(uid: volume.uid), of: key) { outcome in
                        if case .provisioned(let made) = outcome { made } else { nil }
                    },
                    resizing: memory.execution(.resizing(uid: volume.uid), of: key) { outcome in
                        if case .resized(let size) = outcome { size } else { nil }
                    }, forceDetaches: (requests[volume.name] ?? []).inOrderOfCreation,
                    unknownHolder: unknownHolder(of: volume, agent))
                view.snapshots = caches.snapshots.list(
                    index: ResourceCaches.byVolume, value: NamespacedName(volume).description)
                return view
            },
            adoption: adoption(set), takenVolumeNames: takenVolumeNames(set, volumes),
            resolution: memory.execution(.resolution(templateHash: templateHash, token: set.resolveToken), of: key) {
                outcome in
                if case .resolved(let revision) = outcome { revision } else { nil }
            },
            images: images(revisions, key))
        observation.restoreSources = restoreSources(set)
        return observation
    }

    /// The snapshots that are named by requests for older data, new ones and those that are being carried out.
    private func restoreSources(_ set: InstanceSet) -> [String: SlotSnapshot] {
        var names = Set(set.status.restores.map(\.snapshot))
        if let request = VolumeRestoreRequest(set), request.token != set.status.restoreToken {
            names.formUnion(request.volumes.values)
        }
        var sources: [String: SlotSnapshot] = [:]
        for name in names {
            sources[name] = caches.snapshots.get(NamespacedName(namespace: set.namespace, name: name))
        }
        return sources
    }

    /// What the set that this one takes volumes over from has.
    private func adoption(_ set: InstanceSet) -> AdoptionSource? {
        guard let wanted = set.spec.adoptVolumesFrom else { return nil }
        let key = NamespacedName(namespace: set.namespace, name: wanted.set)
        let standing = caches.sets.get(key).flatMap { $0.isBeingDeleted ? nil : $0 }
        return AdoptionSource(
            volumes: caches.volumes.list(index: ResourceCaches.bySet, value: key.description),
            keptSlots: standing?.spec.replicas ?? 0)
    }

    /// Names that places without a volume would get and that another volume has.
    private func takenVolumeNames(_ set: InstanceSet, _ volumes: [Volume]) -> Set<String> {
        let claims = set.spec.volumeClaimTemplates
        guard !claims.isEmpty else { return [] }
        var standing: [Int: Set<String>] = [:]
        for claim in volumes.compactMap(\.spec.claim) { standing[claim.slot, default: []].insert(claim.name) }
        var taken: Set<String> = []
        for slot in 0..<set.spec.replicas where (standing[slot]?.count ?? 0) < claims.count {
            for claim in claims where standing[slot]?.contains(claim.name) != true {
                for name in VolumeName.candidates(claim: claim.name, set: set.name, slot: slot) {
                    guard caches.volumes.get(NamespacedName(namespace: set.namespace, name: name)) != nil else { break }
                    taken.insert(name)
                }
            }
        }
        return taken
    }

    /// What got a record since is no Unknown one any more.
    private func unknownHolder(of volume: Volume, _ agent: ProviderAgent?) -> String? {
        guard let holder = agent?.unknownHolder(ofVolume: volume.objectUID),
            caches.instances.list(index: ResourceCaches.byUID, value: holder.uid).isEmpty
        else { return nil }
        return holder.name
    }

    private func images(_ revisions: [Revision], _ key: NamespacedName) -> [String: Execution<Nothing>] {
        var images: [String: Execution<Nothing>] = [:]
        for revision in revisions {
            let image = revision.spec.template.spec.image
            images[image] = memory.execution(.image(image), of: key) { outcome in
                if case .prepared = outcome { Nothing() } else { nil }
            }
        }
        return images
    }

    /// - Parameter fence: the volume that gives it its name at the provider.
    private func view(
        _ record: Instance, template: InstanceTemplateSpec?, _ agent: ProviderAgent?, _ key: NamespacedName,
        fence: () -> String?
    ) -> InstanceView {
        var executions: [InstanceStep.Name: Execution<InstanceOutcome>] = [:]
        for step in InstanceStep.Name.allCases {
            executions[step] = memory.execution(.instance(uid: record.uid, step), of: key) { outcome in
                if case .instance(let result) = outcome { result } else { nil }
            }
        }
        let first: InstanceStep.Name = record.spec.epoch > 0 ? .create : .launch
        let wasMade = if case .succeeded? = executions[first] { true } else { false }
        let (fact, observed) = fact(record, agent, wasMade: wasMade, fence: fence)
        var view = InstanceView(record: record, fact: fact, observed: observed?.details, executions: executions)
        if case .exited = fact {
            view.endCause = observed == nil ? .unwatched : agent?.mirror.endCause(record.uid) ?? .unwatched
        }
        let probed = probes.results(
            of: record, template: template, isRunning: fact == .running, observed: observed, now: time.now)
        (view.readiness, view.liveness) = (probed.readiness, probed.liveness)
        view.readinessTrouble = probed.readinessTrouble
        confirmLife(&view, observed, agent)
        return view
    }

    /// What fails its probes and is known from a list alone is read before it is judged: it may have ended before the list was made.
    private func confirmLife(_ view: inout InstanceView, _ observed: ObservedInstance?, _ agent: ProviderAgent?) {
        guard let agent, let observed, view.fact == .running else { return }
        view.wasSeenAlive = agent.mirror.wasSeenAlive(observed.uid)
        guard !view.wasSeenAlive else { return }
        if view.readiness.isFailure || view.liveness.isFailure { agent.requestRead(observed.handle) }
    }

    private func fact(
        _ record: Instance, _ agent: ProviderAgent?, wasMade: Bool, fence: () -> String?
    ) -> (InstanceView.Fact, ObservedInstance?) {
        guard let agent, agent.mirror.isSynced else { return (.unknown, nil) }
        switch agent.mirror.entry(record.uid) {
        case .some(.some(let observed)):
            // An instance never goes back (law L1): a list that shows less than is on record is an old one.
            if observed.isBehind(record) {
                // Unless it is another object: a create that landed after its caller had given up, and after what had the name was
                // gone.
                if let known = record.status.providerID, known != observed.providerID {
                    return (.exited(code: record.status.exitCode), nil)
                }
                agent.requestRead(observed.handle)
                return (.unknown, nil)
            }
            switch observed.state {
            case .created: return (.created, observed)
            case .running: return (.running, observed)
            case .exited(let code): return (.exited(code: code), observed)
            }
        case .some(.none): return (.absent, nil)
        case .none:
            // A list did not show it. If it was there once, only a direct read says that it is gone.
            let providerID = record.status.providerID
            guard providerID != nil || wasMade else { return (.absent, nil) }
            agent.requestRead(
                InstanceHandle(
                    uid: record.uid, fenceVolumeUID: providerID == nil ? fence() : nil, epoch: record.spec.epoch,
                    providerID: providerID))
            return (.unknown, nil)
        }
    }
}

extension InstanceSet {
    var resolveToken: String? { metadata.annotations["imm.dev/resolve"] }
}

extension ObservedInstance {
    /// Whether the record has seen more of this instance's one life.
    func isBehind(_ record: Instance) -> Bool {
        switch state {
        case .created: record.status.startedAt != nil || record.status.finishedAt != nil
        case .running: record.status.finishedAt != nil
        case .exited: false
        }
    }

    var details: ObservedDetails {
        ObservedDetails(
            providerID: providerID, imageDigest: imageDigest, address: address, ports: ports, startedAt: startedAt,
            finishedAt: finishedAt)
    }
}
