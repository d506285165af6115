import InfraAPI
import ProviderInterface

// What people do at the engine behind the controller's back: a container of their own on a slot's volume, to rescue data or to look
// at it, with a copy of our labels.
extension EngineState {
    /// A container that somebody is about to make by hand.
    struct HandMade: Sendable {
        let uid: String
        /// Whether it gets the deterministic name that the next occupant of the volume needs.
        let takesName: Bool
    }

    /// The volumes of an instance that has just gone are taken by whoever waits for one.
    mutating func letHandsIn(after gone: Instance, _ moment: EngineMoment) {
        guard !handsWaiting.isEmpty, let fence = gone.fenceVolumeUID ?? gone.observed.volumeUIDs.first,
            holders(of: fence).isEmpty
        else { return }
        let hand = handsWaiting.removeFirst()
        let id = "hand-\(nextID)"
        let observed = ObservedInstance(
            uid: hand.uid, providerID: id,
            name: hand.takesName && gone.fenceVolumeUID != nil ? gone.observed.name : id, state: .running,
            epoch: gone.observed.epoch, set: gone.observed.set, slot: gone.observed.slot,
            revision: gone.observed.revision,
            startedAt: moment.now, volumeUIDs: gone.observed.volumeUIDs)
        instances[id] = Instance(
            observed: observed, fenceVolumeUID: fence, image: gone.image, number: nextID, ports: [], startCount: 1,
            isHandMade: true, startedUptime: moment.uptime)
        nextID += 1
        version += 1
    }

    /// The person is through with it, whether it came to be or not.
    mutating func removeHandMade(_ uid: String) {
        handsWaiting.removeAll { $0.uid == uid }
        guard let made = sortedInstances.first(where: { $0.isHandMade && $0.observed.uid == uid }) else { return }
        instances[made.observed.providerID] = nil
        version += 1
    }
}

extension SimulatedEngine {
    /// Somebody will put a container of their own on the next volume that an instance lets go of.
    public func waitByHand(uid: String, takesName: Bool) {
        simulation.transcript.note("engine: somebody waits for a volume, \(uid)")
        change { $0.handsWaiting.append(EngineState.HandMade(uid: uid, takesName: takesName)) }
    }

    public func removeHandMade(uid: String) {
        simulation.transcript.note("engine: somebody removes \(uid)")
        change { $0.removeHandMade(uid) }
    }
}
