import ProviderInterface

extension EngineState {
    /// Does something that was put off. What is illegal by now is refused in silence, as by an engine whose caller is gone.
    mutating func perform(_ action: EngineTimeline.Action, _ moment: EngineMoment) {
        switch action {
        case .exit(let providerID, let code): exit(providerID, code: code, moment)
        case .create(let creation, let image): _ = try? create(creation, image: image, moment)
        case .start(let handle): _ = try? start(handle, moment)
        case .boot(let providerID): boot(providerID)
        case .attach(let handle, let volumeUID): try? attach(handle, volumeUID, moment)
        case .detach(let handle, let volumeUID): try? detach(handle, volumeUID, moment)
        case .destroy(let handle): destroy(handle, moment)
        case .createVolume(let creation): _ = createVolume(creation)
        case .deleteVolume(let handle): try? deleteVolume(handle, moment)
        case .resizeVolume(let handle, let size): try? resizeVolume(handle, to: size)
        case .createSnapshot(let creation): _ = try? createSnapshot(creation, moment)
        case .deleteSnapshot(let uid): deleteSnapshot(uid)
        case .restoreVolume(let restoration): _ = try? restoreVolume(restoration)
        }
    }

    /// What happened to our instances, in the order of their ids.
    func events(since before: EngineState) -> [ProviderEvent] {
        var events: [ProviderEvent] = []
        let ids = Set(instances.keys).union(before.instances.keys).sorted()
        for id in ids {
            let (old, new) = (before.instances[id]?.observed, instances[id]?.observed)
            guard old != new, let known = new ?? old else { continue }
            if (instances[id] ?? before.instances[id])?.isForeign == true { continue }
            func event(_ kind: ProviderEvent.Kind, code: Int? = nil) {
                events.append(ProviderEvent(kind: kind, uid: known.uid, providerID: id, exitCode: code))
            }
            if old == nil { event(.created) }
            switch (old?.state, new?.state) {
            case (_, .running) where old?.state != .running: event(.started)
            case (_, .exited(let code)) where old?.state != new?.state: event(.exited, code: code)
            case (_, nil): event(.destroyed)
            default: if old != nil { event(.changed) }
            }
        }
        return events
    }

    mutating func addForeign(name: String, set: String, _ moment: EngineMoment) {
        let id = "foreign-\(name)"
        let volume = ObservedVolume(uid: "foreign-volume-\(name)", providerID: id, set: set, slot: 0)
        volumes[volume.uid] = Volume(observed: volume, isForeign: true)
        let observed = ObservedInstance(
            uid: "foreign-instance-\(name)", providerID: id, name: name, state: .running, epoch: 1,
            set: set, slot: 0, revision: "other", startedAt: moment.now, volumeUIDs: [volume.uid])
        instances[id] = Instance(
            observed: observed, image: SimulatedImage(digest: "sha256:foreign"), number: nextID, ports: [],
            startCount: 1,
            isForeign: true, startedUptime: moment.uptime)
        nextID += 1
        version += 1
    }

    mutating func removeForeign(name: String) {
        instances["foreign-\(name)"] = nil
        volumes["foreign-volume-\(name)"] = nil
        version += 1
    }
}
