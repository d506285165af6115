public import Ambient
import ControllerRuntime
import InfraAPI
public import Logging
public import Planning
public import ProviderInterface

/// Keeps the connection to one provider: who it is, what it holds, whether it answers. Effects and observations of all sets
/// go through the agent of their provider.
public final class ProviderAgent: Sendable {
    struct State: Sendable {
        var health = ProviderView.Health.unreachable("not asked yet")
        var description: ProviderDescription?
        /// The marker on record: the one of the Provider object, once it was found or made.
        var recordedIdentity: String?
        /// Markers that were on record before, and stand for the same provider since a person said so.
        var formerIdentities: [String] = []
        /// The marker that a person accepts instead of the recorded one.
        var adoption: String?
        /// What an engine with another marker holds. Nothing of it is believed.
        var stranger: ProviderObservation?
        /// Counts the connections; those up to `stockTaken` were compared with the records.
        var connection = 0
        var stockTaken = 0
        /// Unknown instances by the uid of the volume that they hold, as the records were compared last.
        var unknownHolders: [String: ObservedInstance] = [:]
        var busy: [String: Int] = [:]
    }

    public let name: String
    public let provider: any Provider
    public let mirror = ProviderMirror()
    let state: Guarded<State>
    let surroundings: Surroundings
    let logger: Logger
    let reads = Guarded(RequestedReads())
    let readRequested = Signal()
    let retryRequested = Signal()
    let onChange: @Sendable (_ uids: [String]?) -> Void

    /// - Parameters:
    ///   - recordedIdentity, formerIdentities: from the Provider object's status.
    ///   - onChange: queues the sets of these instances, or (nil) all sets of the provider and the Provider itself.
    public init(
        name: String, provider: any Provider, recordedIdentity: String?, formerIdentities: [String] = [],
        _ surroundings: Surroundings, logger: Logger,
        onChange: @escaping @Sendable (_ uids: [String]?) -> Void
    ) {
        self.name = name
        self.provider = provider
        self.surroundings = surroundings
        self.onChange = onChange
        var logger = logger
        logger[metadataKey: "provider"] = "\(name)"
        self.logger = logger
        state = Guarded(State(recordedIdentity: recordedIdentity, formerIdentities: formerIdentities))
    }

    public var description: ProviderDescription? { state.withLock { $0.description } }

    /// For planning: nothing is decided before what is there was compared with the records.
    public var view: ProviderView {
        state.withLock { state in
            var health = state.health
            if health == .reachable, state.stockTaken < state.connection {
                health = .unreachable("what it holds is being compared with the records")
            }
            return ProviderView(
                name: name, health: health, identity: state.recordedIdentity ?? "",
                capabilities: state.description?.capabilities ?? ProviderCapabilities())
        }
    }

    /// Runs until the task is cancelled: connects, observes, follows the events, and starts over when the connection is lost.
    public func run() async {
        var attempt = 0
        while !Task.isCancelled {
            do throws(ProviderError) {
                let description = try await connect()
                let events = try await provider.events()
                defer { events.cancel() }
                try await observe(expecting: description.identity)
                state.withLock { state in
                    state.description = description
                    state.recordedIdentity = description.identity
                    state.stranger = nil
                    state.connection += 1
                    state.health = .reachable
                }
                attempt = 0
                onChange(nil)
                try await follow(events)
                lost(ProviderError(.unreachable, "the engine closed its event stream"))
            } catch {
                lost(error)
                if error.code == .identityMismatch { await lookAround() }
            }
            attempt += 1
            let delay = min(Duration.seconds(15), .milliseconds(200) * (1 << min(attempt, 7)))
            await retryRequested.wait(atMost: delay, surroundings.time)
        }
    }

    private func lost(_ error: ProviderError) {
        // It is we who end.
        if Task.isCancelled { return }
        let health: ProviderView.Health =
            error.code == .identityMismatch ? .identityChanged(error.message) : .unreachable(error.message)
        let changed = state.withLock { state in
            defer { state.health = health }
            return state.health != health
        }
        mirror.forget()
        if changed {
            logger.warning("provider lost", metadata: ["error": "\(error)"])
            onChange(nil)
        }
    }

    private func observe(expecting identity: String) async throws(ProviderError) {
        let stamp = mirror.beginObservation()
        let observation = try await provider.observe()
        guard observation.identity == identity else {
            throw ProviderError(
                .identityMismatch,
                "provider \(name) answers with identity \(observation.identity), but \(identity) is on record")
        }
        for missing in mirror.take(observation, begunAt: stamp) { requestRead(missing.handle) }
    }

    private func follow(_ events: ProviderEvents) async throws(ProviderError) {
        while let event = try await events.next() {
            if event.kind == .signalled { mirror.noteSignal(event.uid) }
            if event.kind == .exited { mirror.noteEnd(event.uid) }
            guard isNews(event) else { continue }
            var handle = InstanceHandle(uid: event.uid, fenceVolumeUID: nil, epoch: 0, providerID: event.providerID)
            if case .some(.some(let known)) = mirror.entry(event.uid) { handle = known.handle }
            do throws(ProviderError) {
                try await read(handle)
            } catch  where error.code == .nameTaken {
                // Another uid holds the name: nothing is learned of this one, and the connection is fine.
                logger.debug("the name is taken", metadata: ["uid": "\(event.uid)", "error": "\(error)"])
            }
        }
    }

    /// Whether the event tells something that an effect of ours, under way or done, does not tell better.
    private func isNews(_ event: ProviderEvent) -> Bool {
        if state.withLock({ $0.busy[event.uid] != nil }) { return false }
        guard case .some(let known) = mirror.entry(event.uid) else { return true }
        switch (event.kind, known?.state) {
        case (.destroyed, nil), (.started, .running), (.created, .created), (.created, .running), (.created, .exited),
            (.started, .exited), (.exited, .exited), (.created, nil), (.started, nil), (.exited, nil), (.signalled, _):
            return false
        default: return true
        }
    }

    /// Reads one instance directly, and tells its set when there is news.
    func read(_ handle: InstanceHandle) async throws(ProviderError) {
        let connection = mirror.connection
        let read = try await provider.read(handle)
        guard read.identity == state.withLock({ $0.description?.identity ?? read.identity }) else {
            throw ProviderError(.identityMismatch, "provider \(name) changed its identity to \(read.identity)")
        }
        if mirror.take(read.instance, uid: handle.uid, on: connection) { onChange([handle.uid]) }
    }
}
