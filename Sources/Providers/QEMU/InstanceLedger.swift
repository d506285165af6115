internal import Ambient
internal import ProviderInterface

/// What is known of each instance's life, and who listens for changes. Whoever looks at an instance notes what was seen; of
/// what changed since, listeners are told in order.
final class InstanceLedger: Sendable {
    private struct Known {
        var uid: String
        var state: ObservedInstance.State
    }

    private struct State {
        var known: [String: Known] = [:]
        /// By number of the listener.
        var pending: [Int: [ProviderEvent]] = [:]
        var next = 0
    }

    /// How many events wait for a slow listener; of more the oldest go.
    private static let pendingLimit = 10_000

    private let state = Guarded(State())

    func listen() -> Int {
        state.withLock { state in
            state.next += 1
            state.pending[state.next] = []
            return state.next
        }
    }

    func stopListening(_ listener: Int) { state.withLock { $0.pending[listener] = nil } }

    /// nil: it does not listen any more.
    func take(_ listener: Int) -> [ProviderEvent]? {
        state.withLock { state in
            guard let events = state.pending[listener] else { return nil }
            state.pending[listener] = []
            return events
        }
    }

    /// One instance was seen.
    func note(_ instance: ObservedInstance) {
        state.withLock { state in InstanceLedger.note(instance, &state) }
    }

    /// One instance is gone.
    func noteGone(_ providerID: String) {
        state.withLock { state in InstanceLedger.noteGone(providerID, &state) }
    }

    /// All instances were seen.
    ///
    /// - Parameter before: the ids that were known before the look: one that was made meanwhile is not gone.
    func note(all instances: [ObservedInstance], knownBefore before: Set<String>) {
        let present = Set(instances.map(\.providerID))
        state.withLock { state in
            for instance in instances { InstanceLedger.note(instance, &state) }
            for id in before.subtracting(present).sorted() { InstanceLedger.noteGone(id, &state) }
        }
    }

    var knownIDs: Set<String> { state.withLock { Set($0.known.keys) } }

    private static func note(_ instance: ObservedInstance, _ state: inout State) {
        let id = instance.providerID
        let before = state.known[id].map { stage($0.state) } ?? 0
        let now = stage(instance.state)
        // Looks may overtake each other; a life goes one way.
        guard now > before else { return }
        state.known[id] = Known(uid: instance.uid, state: instance.state)
        for step in (before + 1)...now {
            var event = ProviderEvent(kind: [.created, .started, .exited][step - 1], uid: instance.uid, providerID: id)
            if case .exited(let code) = instance.state, step == 3 { event.exitCode = code }
            tell(event, &state)
        }
    }

    private static func noteGone(_ id: String, _ state: inout State) {
        guard let known = state.known.removeValue(forKey: id) else { return }
        if case .running = known.state { tell(ProviderEvent(kind: .exited, uid: known.uid, providerID: id), &state) }
        tell(ProviderEvent(kind: .destroyed, uid: known.uid, providerID: id), &state)
    }

    private static func stage(_ state: ObservedInstance.State) -> Int {
        switch state {
        case .created: 1
        case .running: 2
        case .exited: 3
        }
    }

    private static func tell(_ event: ProviderEvent, _ state: inout State) {
        for listener in state.pending.keys.sorted() {
            state.pending[listener, default: []].append(event)
            if state.pending[listener, default: []].count > pendingLimit { state.pending[listener]?.removeFirst() }
        }
    }
}
