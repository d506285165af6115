import Ambient
import InfraAPI
import ProviderInterface
import ResourceAPI

/// Plays a script on a cluster, stops the faults, and demands what must hold then.
struct LifeRunner: Sendable {
    let script: LifeScript
    let cluster: SimulatedCluster

    func run() async throws {
        for (reference, image) in SimulatedImage.ofLives { cluster.engine.register(reference, image) }
        cluster.engine.addForeign(name: "theirs")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for entry in script.entries {
                try await cluster.time.sleep(for: .milliseconds(entry.pause))
                cluster.simulation.transcript.note("life: \(entry.action)")
                if try await !takeAtOnce(entry.action) { group.addTask { try await takeForAWhile(entry.action) } }
            }
            try await group.waitForAll()
        }
        try await end()
    }

    /// Actions that are over in a moment; false for one that takes time.
    private func takeAtOnce(_ action: LifeAction) async throws -> Bool {
        switch action {
        case .apply(let set, let replicas, let image, let strategy):
            try await apply(set, replicas: replicas, image: image, strategy)
        case .scale(let set, let replicas): try await change(set) { $0.spec.replicas = replicas }
        case .pause(let set, let isPaused): try await change(set) { $0.spec.paused = isPaused }
        case .undo(let set): try await undo(set)
        case .undoWithData(let set): try await undoWithData(set)
        case .snapshot(let pick): try await snapshot(pick)
        case .deleteSnapshot(let pick): try await deleteSnapshot(pick)
        case .restart(let set): try await annotate(set, "imm.dev/restartedAt")
        case .retry(let set): try await annotate(set, "imm.dev/retry")
        case .delete(let set, let orphans):
            try await ignoringMissing {
                try await cluster.delete(script.sets[set].name, propagation: orphans ? .orphan : .background)
            }
        case .deleteInstance(let pick): try await deleteInstance(pick)
        case .killController: cluster.killController()
        case .jumpWallClock(let seconds): cluster.time.jumpWallClock(by: .seconds(seconds))
        case .crash(let pick): if let uid = instance(pick) { cluster.engine.crash(uid: uid) }
        case .vanish(let pick): if let uid = instance(pick) { cluster.engine.vanish(uid: uid) }
        case .losePower: cluster.engine.losePower()
        case .stopController, .cutAPI, .cutProvider, .replaceDataRoot, .fillQuota, .cutRegistry, .mountByHand:
            return false
        }
        return true
    }

    private func takeForAWhile(_ action: LifeAction) async throws {
        func during(_ seconds: Int, _ begin: () -> Void, _ end: () -> Void) async throws {
            begin()
            defer { end() }
            try await cluster.time.sleep(for: .seconds(seconds))
        }
        switch action {
        case .stopController(let seconds):
            try await during(seconds, { cluster.stopController() }, { cluster.resumeController() })
        case .cutAPI(let seconds):
            try await during(seconds, { cluster.cutAPI(true) }, { cluster.cutAPI(false) })
        case .cutProvider(let seconds):
            try await during(seconds, { cluster.provider.setReachable(false) }, { cluster.provider.setReachable(true) })
        case .replaceDataRoot(let seconds):
            // Before the first use any root is the right one, and the first one would be a stranger later.
            guard cluster.laws.world.providers.values.allSatisfy({ $0.status.identity != nil }) else { return }
            try await during(seconds, { cluster.engine.replaceDataRoot() }, { cluster.engine.restoreDataRoot() })
        case .mountByHand(let takesName, let seconds):
            let uid = "by-hand-\(cluster.simulation.jobCount)"
            try await during(
                seconds, { cluster.engine.waitByHand(uid: uid, takesName: takesName) },
                { cluster.engine.removeHandMade(uid: uid) })
        case .fillQuota(let seconds):
            try await during(seconds, { cluster.engine.setQuotaLeft(false) }, { cluster.engine.setQuotaLeft(true) })
        case .cutRegistry(let seconds):
            try await during(
                seconds, { cluster.engine.setRegistryReachable(false) }, { cluster.engine.setRegistryReachable(true) })
        default: break
        }
    }

    // What users do.

    private func apply(_ index: Int, replicas: Int, image: String, _ strategy: SetStrategy) async throws {
        let shape = script.sets[index]
        try await persistently {
            var set = try await cluster.client.find(InstanceSet.self, namespace: "default", name: shape.name)
            let isNew = set == nil
            if isNew { set = shape.set(replicas: replicas, image: image, progressDeadlineSeconds: 60) }
            guard var set else { return }
            set.spec.replicas = replicas
            set.spec.template.spec.image = image
            strategy.apply(to: &set.spec, canSurge: shape.canSurge)
            if isNew {
                _ = try await cluster.client.create(set)
            } else if try await !exists({ _ = try await cluster.client.update(set) }) {
                try await apply(index, replicas: replicas, image: image, strategy)
            }
        }
    }

    /// Conflicts are tried again; a set that is missing or on its way out is left as it is.
    func change(_ index: Int, _ change: (inout InstanceSet) -> Void) async throws {
        try await persistently {
            guard
                var set = try await cluster.client.find(
                    InstanceSet.self, namespace: "default", name: script.sets[index].name)
            else { return }
            change(&set)
            _ = try await cluster.client.update(set)
        }
    }

    private func annotate(_ index: Int, _ key: String) async throws {
        let token = "at \(Transcript.seconds(cluster.time.uptime))"
        try await change(index) { $0.metadata.annotations[key] = token }
    }

    /// As `rollout undo` does: the template of the revision before goes into spec.
    private func undo(_ index: Int) async throws {
        let revisions = cluster.laws.world.revisions.values.filter { $0.spec.set == script.sets[index].name }
            .sorted { $0.spec.number < $1.spec.number }
        guard let previous = revisions.dropLast().last else { return }
        try await change(index) { $0.spec.template = previous.spec.template }
    }

    private func deleteInstance(_ pick: Int) async throws {
        let records = cluster.laws.world.instances.values.sorted { $0.name < $1.name }
        guard !records.isEmpty else { return }
        let record = records[pick % records.count]
        cluster.laws.released(byUser: record.uid)
        try await ignoringMissing {
            _ = try await cluster.client.delete(
                ObjectReference(Instance.resourceType, namespace: record.namespace, name: record.name), DeleteOptions())
        }
    }

    private func instance(_ pick: Int) -> String? {
        let ours = cluster.engine.contents.sortedInstances.filter { !$0.isForeign }
        return ours.isEmpty ? nil : ours[pick % ours.count].observed.uid
    }

    private func persistently(_ body: () async throws -> Void) async throws {
        while true {
            do { return try await body() } catch let error as APIStatus where error.isConflict || error.isAlreadyExists
            {
                // A set that is being deleted takes no update either: it is gone in a while.
                try await cluster.time.sleep(for: .milliseconds(200))
            } catch let error as APIStatus where error.isNotFound { return }
        }
    }

    /// False where what is changed went while it was looked at.
    private func exists(_ body: () async throws -> Void) async throws -> Bool {
        do { try await body() } catch let error as APIStatus where error.isNotFound { return false }
        return true
    }

    func ignoringMissing(_ body: () async throws -> Void) async throws {
        do { try await body() } catch let error as APIStatus where error.isNotFound || error.isConflict {}
    }
}

// The end of a life.
extension LifeRunner {
    private func end() async throws {
        cluster.simulation.transcript.note("life: the faults stop")
        cluster.engine.setFaults(.none)
        cluster.setClientFaults(.none)
        for (index, shape) in script.sets.enumerated() {
            if script.deletedInTheEnd[index] {
                try await ignoringMissing { try await cluster.delete(shape.name) }
            } else {
                // One on its way out would take the change with it.
                try await cluster.wait(for: .seconds(3600), "\(shape.name) is not on its way out") { world in
                    !world.sets.values.contains { $0.name == shape.name && $0.isBeingDeleted }
                }
                try await apply(index, replicas: LifeScript.lastReplicas, image: SimulatedImage.good, .defaults)
                try await change(index) { $0.spec.paused = false }
                try await annotate(index, "imm.dev/retry")
            }
        }
        try await UnknownInstances.remove(from: cluster.engine, cluster.client, cluster.time)
        for (index, shape) in script.sets.enumerated() {
            if script.deletedInTheEnd[index] {
                try await cluster.wait(for: .seconds(3600), "\(shape.name) is gone") { $0.isGone(shape) }
            } else {
                try await cluster.wait(for: .seconds(3600), "\(shape.name) runs \(SimulatedImage.good)") {
                    $0.runsGood(shape)
                }
            }
        }
    }
}

extension World {
    /// Every slot of the set runs the good image and passes its probes, and nothing else of it is there.
    func runsGood(_ shape: LifeScript.SetShape) -> Bool {
        guard let set = sets.values.first(where: { $0.name == shape.name }),
            set.status.availableReplicas == LifeScript.lastReplicas, !set.isBeingDeleted
        else { return false }
        let records = instances(of: set)
        guard records.map(\.spec.slot).sorted() == Array(0..<LifeScript.lastReplicas) else { return false }
        let good = SimulatedImage.ofLives.first { $0.0 == SimulatedImage.good }?.1.digest
        return records.allSatisfy { record in
            engine.sortedInstances.contains {
                $0.observed.uid == record.uid && $0.image.digest == good && $0.passesProbes(at: uptime)
            }
        }
    }

    /// The set and its instances are gone; its volumes are orphans, with their data.
    func isGone(_ shape: LifeScript.SetShape) -> Bool {
        guard !sets.values.contains(where: { $0.name == shape.name }) else { return false }
        let left = instances.values.filter { $0.spec.set == shape.name && !$0.metadata.ownerReferences.isEmpty }
        return left.isEmpty
            && volumes.values.filter { $0.spec.claim?.set == shape.name && $0.status.attachment == nil }.allSatisfy {
                $0.status.boundSetUID == nil && !$0.isBeingDeleted
            }
    }
}
