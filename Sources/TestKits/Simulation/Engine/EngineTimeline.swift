import InfraAPI
import ProviderInterface

/// What the engine will do by itself later, earliest first: exits, effects that come late.
struct EngineTimeline: Sendable {
    enum Action: Sendable {
        case exit(providerID: String, code: Int)
        case create(InstanceCreation, SimulatedImage)
        case start(InstanceHandle)
        /// The guest is up.
        case boot(providerID: String)
        /// With the epoch in the handle.
        case attach(InstanceHandle, volumeUID: String)
        case detach(InstanceHandle, volumeUID: String)
        case destroy(InstanceHandle)
        case createVolume(VolumeCreation)
        case deleteVolume(VolumeHandle)
        case resizeVolume(VolumeHandle, Quantity)
        case createSnapshot(SnapshotCreation)
        case deleteSnapshot(String)
        case restoreVolume(VolumeRestoration)
    }

    private struct Entry: Sendable {
        let due: Duration
        let action: Action
    }

    private var entries: [Entry] = []

    var nextDue: Duration? { entries.first?.due }

    mutating func add(_ action: Action, due: Duration) {
        let index = entries.firstIndex { $0.due > due } ?? entries.count
        entries.insert(Entry(due: due, action: action), at: index)
    }

    mutating func pop(due now: Duration) -> (due: Duration, action: Action)? {
        guard let first = entries.first, first.due <= now else { return nil }
        entries.removeFirst()
        return (first.due, first.action)
    }

    mutating func removeAll() { entries = [] }
}
