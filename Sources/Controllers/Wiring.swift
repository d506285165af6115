import Ambient
import ControllerRuntime
import InfraAPI
import Logging
import ResourceAPI

/// Which change queues which key.
struct Wiring {
    let caches: ResourceCaches
    let sets: WorkQueue<NamespacedName>
    let volumes: WorkQueue<NamespacedName>
    let snapshots: WorkQueue<NamespacedName>
    let namespaces: WorkQueue<NamespacedName>
    let providers: WorkQueue<NamespacedName>
    let garbage: WorkQueue<NamespacedName>
    let agents: ProviderAgents

    static let everything = NamespacedName(name: "everything")

    func connect() {
        let (sets, volumes, namespaces, providers, garbage) = (sets, volumes, namespaces, providers, garbage)
        let (caches, agents, snapshots) = (caches, agents, snapshots)
        /// Sets that wait for the volumes of this one.
        @Sendable func addHeirs(of set: NamespacedName) {
            for heir in caches.sets.list(index: ResourceCaches.heirs, value: set.description) {
                sets.add(NamespacedName(heir))
            }
        }
        caches.sets.onChange { change in
            sets.add(NamespacedName(change.object))
            addHeirs(of: NamespacedName(change.object))
            if change.new == nil || change.object.isBeingDeleted { garbage.add(Wiring.everything) }
            guard change.new == nil else { return }
            for volume in caches.volumes.list(
                index: ResourceCaches.bySet, value: NamespacedName(change.object).description)
            where StrandedVolumes.applies(to: volume, caches) {
                volumes.add(NamespacedName(volume))
            }
        }
        caches.revisions.onChange { change in
            sets.add(NamespacedName(namespace: change.object.namespace, name: change.object.spec.set))
            if change.changesOwners { garbage.add(Wiring.everything) }
        }
        caches.instances.onChange { change in
            sets.add(NamespacedName(namespace: change.object.namespace, name: change.object.spec.set))
            if change.changesOwners { garbage.add(Wiring.everything) }
        }
        caches.volumes.onChange { change in
            // One that moves is news for the set that it leaves too.
            let (old, new) = (change.old?.spec.claim?.set, change.new?.spec.claim?.set)
            for set in [new, old == new ? nil : old].compactMap({ $0 }) {
                sets.add(NamespacedName(namespace: change.object.namespace, name: set))
                addHeirs(of: NamespacedName(namespace: change.object.namespace, name: set))
            }
            let volume = change.object
            if volume.isBeingDeleted || OrphanExpiry.applies(to: volume) || change.old.map(OrphanExpiry.applies) == true
                || StrandedVolumes.applies(to: volume, caches)
            {
                volumes.add(NamespacedName(volume))
            }
        }
        caches.volumes.onChange { change in
            // Whoever waits for the volume to be free, or holds it.
            for snapshot in caches.snapshots.list(
                index: ResourceCaches.byVolume, value: NamespacedName(change.object).description)
            where snapshot.status.takenAt == nil || change.object.status.copy?.snapshotUID == snapshot.uid {
                snapshots.add(NamespacedName(snapshot))
            }
        }
        caches.snapshots.onChange { change in
            let snapshot = change.object
            snapshots.add(NamespacedName(snapshot))
            let volume = NamespacedName(namespace: snapshot.namespace, name: snapshot.spec.volume)
            if let claim = caches.volumes.get(volume)?.spec.claim {
                sets.add(NamespacedName(namespace: snapshot.namespace, name: claim.set))
            }
        }
        caches.forceDetaches.onChange { change in
            guard let request = change.new, request.status.outcome == .pending else { return }
            let volume = NamespacedName(namespace: request.namespace, name: request.spec.volume)
            if let claim = caches.volumes.get(volume)?.spec.claim {
                sets.add(NamespacedName(namespace: request.namespace, name: claim.set))
            }
            volumes.add(volume)
        }
        caches.namespaces.onChange { namespaces.add(NamespacedName($0.object)) }
        caches.providers.onChange { change in
            agents.changed()
            providers.add(NamespacedName(change.object))
            let isDefault = change.object.isDefault
            for set in caches.sets.list()
            where set.spec.provider == change.object.name || (isDefault && set.spec.provider == nil) {
                sets.add(NamespacedName(set))
            }
        }
    }

    static func reflect(
        _ client: any ResourceClient, _ caches: ResourceCaches, _ scope: ControllerScope, _ surroundings: Surroundings,
        _ logger: Logger
    ) async {
        await withDiscardingTaskGroup { group in
            func reflect<Kind: APIObject>(_ cache: ResourceCache<Kind>) {
                let isScoped = Kind.resourceType.namespaced && scope.namespaces != nil
                if isScoped { cache.expect(namespaces: scope.namespaces ?? []) }
                for namespace in isScoped ? (scope.namespaces ?? []).map(Optional.some) : [nil] {
                    group.addTask {
                        await Reflector(
                            client, into: cache, namespace: namespace, watchTimeout: scope.watchTimeout, surroundings,
                            logger: logger
                        ).run()
                    }
                }
            }
            reflect(caches.sets)
            reflect(caches.revisions)
            reflect(caches.instances)
            reflect(caches.volumes)
            reflect(caches.snapshots)
            reflect(caches.forceDetaches)
            reflect(caches.providers)
            if !scope.serverHasUpkeep { reflect(caches.namespaces) }
        }
    }
}

extension CacheChange {
    /// It is gone, or belongs to others than before: an owner that waits for it may go on.
    fileprivate var changesOwners: Bool {
        new == nil || (old != nil && old?.metadata.ownerReferences != new?.metadata.ownerReferences)
    }
}
