import Ambient
import ControllerRuntime
public import InfraAPI
import ProviderInterface

/// The engine behind `SimulatedProvider`: it goes on by itself, whether a controller lives or not.
///
/// `run()` must be running for what it does by itself (exits, late effects) to happen in time.
public final class SimulatedEngine: Sendable {
    private struct State {
        var engine: EngineState
        var timeline = EngineTimeline()
        var images: [String: SimulatedImage] = [:]
        var localImages: Set<String> = []
        var subscriptions: [EventSubscription] = []
        /// Older observations, newest last.
        var history: [(since: Duration, observation: ProviderObservation)] = []
        var shelvedRoots: [EngineState] = []
        var hasQuota = true
        var registryIsReachable = true
        var deaths = 0
    }

    private let state: Guarded<State>
    let simulation: Simulation
    private let randomness: SeededRandomness
    private let faults: Guarded<ProviderFaults>
    private let news = Signal()

    public init(
        _ simulation: Simulation, name: String = "simulated",
        attachMode: ProviderCapabilities.AttachMode = .atCreation, faults: ProviderFaults = .none
    ) {
        self.simulation = simulation
        randomness = simulation.randomness.stream("engine \(name)")
        self.faults = Guarded(faults)
        state = Guarded(State(engine: EngineState(identity: "\(name)-root-1", attachMode: attachMode)))
    }

    /// What is there now.
    public var contents: EngineState { state.withLock { $0.engine } }
    /// Data roots that were replaced and may come back, with all that they hold.
    public var shelvedRoots: [EngineState] { state.withLock { $0.shelvedRoots } }
    /// Grows with every change.
    public var version: Int { state.withLock { $0.engine.version } }

    public var currentFaults: ProviderFaults { faults.withLock { $0 } }

    public func setFaults(_ new: ProviderFaults) { faults.withLock { $0 = new } }

    /// Makes an image known to the registry under `reference` (`repository:tag`) and by its digest.
    public func register(_ reference: String, _ image: SimulatedImage) {
        state.withLock { state in
            state.images[reference] = image
            state.images[image.reference(of: reference)] = image
        }
    }

    /// What a reference means, if the registry knows it.
    func image(_ reference: String) -> SimulatedImage? {
        state.withLock { $0.images[reference] }.flatMap { $0.exists ? $0 : nil }
    }

    /// Returns false when the image was there already.
    func makeLocal(_ reference: String) -> Bool { state.withLock { $0.localImages.insert(reference).inserted } }

    /// Whether the host has room for another instance.
    var hasQuota: Bool { state.withLock { $0.hasQuota } }
    var registryIsReachable: Bool { state.withLock { $0.registryIsReachable } }
    /// Instances that crashed, were removed by others or lost their power.
    var deathCount: Int { state.withLock { $0.deaths } }

    func isLocal(_ reference: String) -> Bool { state.withLock { $0.localImages.contains(reference) } }

    func moment(isLate: Bool = false) -> EngineMoment {
        EngineMoment(uptime: simulation.time.uptime, now: simulation.time.now, isLate: isLate)
    }

    /// Does what is due, then `body`, and tells what changed.
    func change<Result: Sendable, Failure: Error>(
        _ body: @Sendable (inout EngineState) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        let before = state.withLock { state in
            let before = state.engine
            settle(&state)
            return before
        }
        defer { tell(since: before) }
        return try state.withLock { state throws(Failure) in try body(&state.engine) }
    }

    /// Puts off an effect.
    func schedule(_ action: EngineTimeline.Action, after delay: Duration) {
        state.withLock { $0.timeline.add(action, due: simulation.time.uptime + delay) }
        news.raise()
    }

    func observation(staleBy age: Duration?) -> ProviderObservation {
        let now = simulation.time.uptime
        return state.withLock { state in
            guard let age else { return state.engine.observation() }
            return state.history.last { $0.since <= now - age }?.observation ?? state.engine.observation()
        }
    }

    func subscribe() -> EventSubscription {
        let subscription = EventSubscription()
        state.withLock { state in
            state.subscriptions.removeAll { $0.isOver }
            state.subscriptions.append(subscription)
        }
        return subscription
    }

    /// Goes on by itself until the task is cancelled.
    public func run() async {
        while !Task.isCancelled {
            change { _ in }
            if let due = state.withLock({ $0.timeline.nextDue }) {
                await news.wait(atMost: due - simulation.time.uptime, simulation.time)
            } else {
                await news.wait()
            }
        }
    }

    private func settle(_ state: inout State) {
        let moment = moment()
        while let (due, action) = state.timeline.pop(due: moment.uptime) {
            let then = EngineMoment(uptime: due, now: moment.now - (moment.uptime - due), isLate: true)
            state.engine.perform(action, then)
        }
    }

    /// Emits the events of a change, schedules what a start leads to, and keeps the history for stale observations.
    private func tell(since before: EngineState) {
        let faults = currentFaults
        let (subscriptions, events) = state.withLock { state -> ([EventSubscription], [ProviderEvent]) in
            guard state.engine.version != before.version else { return ([], []) }
            let now = simulation.time.uptime
            state.history.append((now, state.engine.observation()))
            // The newest of those that are too old still tells what was there at the start of the window.
            while state.history.count > 1, state.history[1].since < now - .seconds(20) { state.history.removeFirst() }
            let changes = state.engine.events(since: before)
            for event in changes where event.kind == .started {
                guard let instance = state.engine.instances[event.providerID] else { continue }
                if !instance.observed.canAttach {
                    state.timeline.add(.boot(providerID: event.providerID), due: now + instance.image.bootsWithin)
                }
                if let exitsAfter = instance.image.exitsAfter {
                    state.timeline.add(
                        .exit(providerID: event.providerID, code: instance.image.exitCode), due: now + exitsAfter)
                }
            }
            return (state.subscriptions, changes)
        }
        let delivered = events.filter { _ in !randomness.happens(perMille: faults.lostEventPerMille) }
        for subscription in subscriptions {
            if randomness.happens(perMille: faults.brokenEventsPerMille) {
                subscription.breakOff()
            } else {
                subscription.deliver(delivered)
            }
        }
        if !events.isEmpty { news.raise() }
    }
}

// What happens to engines.
extension SimulatedEngine {
    /// The instance dies with `code`; false when it does not run.
    @discardableResult
    public func crash(uid: String, code: Int = 137) -> Bool {
        let moment = moment()
        simulation.transcript.note("engine: instance \(uid) crashes")
        state.withLock { $0.deaths += 1 }
        return change { engine in
            guard let id = engine.sortedInstances.first(where: { $0.observed.uid == uid })?.observed.providerID else {
                return false
            }
            return engine.exit(id, code: code, moment)
        }
    }

    /// Somebody removes an instance's object behind the controller's back.
    public func vanish(uid: String) {
        simulation.transcript.note("engine: instance \(uid) is removed by somebody else")
        state.withLock { $0.deaths += 1 }
        let moment = moment()
        change { engine in
            guard let standing = engine.sortedInstances.first(where: { $0.observed.uid == uid }) else { return }
            engine.exit(standing.observed.providerID, code: 137, moment)
            engine.instances[standing.observed.providerID] = nil
            engine.version += 1
        }
    }

    /// A create of long ago lands, after what its successor made was removed: the same uid and name under another id.
    public func exchangeForTwin(uid: String) {
        simulation.transcript.note("engine: instance \(uid) becomes another one of that uid")
        change { engine in
            guard var twin = engine.sortedInstances.first(where: { $0.observed.uid == uid }) else { return }
            engine.instances[twin.observed.providerID] = nil
            twin.observed.providerID = "twin-\(twin.observed.providerID)"
            twin.isLate = true
            engine.instances[twin.observed.providerID] = twin
            engine.version += 1
        }
    }

    /// Everything that runs dies at once, as when the host loses power; nobody is told, and connections break.
    public func losePower() {
        simulation.transcript.note("engine: power lost")
        let moment = moment()
        // A host without power drops its connections.
        state.withLock { state in
            for subscription in state.subscriptions { subscription.breakOff() }
        }
        let count = change { engine in
            // What others own starts again by itself.
            let running = engine.sortedInstances.filter { $0.isRunning && !$0.isForeign }
            for instance in running { engine.exit(instance.observed.providerID, code: 255, moment) }
            return running.count
        }
        state.withLock { $0.deaths += count }
    }

    /// Whether creates find room on the host.
    public func setQuotaLeft(_ hasQuota: Bool) {
        simulation.transcript.note("engine: \(hasQuota ? "quota left" : "no quota left")")
        state.withLock { $0.hasQuota = hasQuota }
    }

    /// Whether the engine reaches the registry.
    public func setRegistryReachable(_ isReachable: Bool) {
        simulation.transcript.note("registry: \(isReachable ? "in reach" : "out of reach")")
        state.withLock { $0.registryIsReachable = isReachable }
    }

    /// The engine comes up with an empty data root under another identity; what was there is kept aside.
    public func replaceDataRoot() {
        simulation.transcript.note("engine: data root replaced")
        losePower()
        state.withLock { state in
            let old = state.engine
            state.shelvedRoots.append(old)
            state.engine = EngineState(identity: "\(old.identity)-next", attachMode: old.attachMode)
            state.engine.violations = old.violations
            state.engine.mayRunLog = old.mayRunLog
            state.engine.version = old.version + 1
            state.engine.nextID = old.nextID
            state.engine.handsWaiting = old.handsWaiting
            state.timeline.removeAll()
            for subscription in state.subscriptions { subscription.breakOff() }
        }
    }

    /// The data root that was replaced last is back.
    public func restoreDataRoot() {
        simulation.transcript.note("engine: data root restored")
        state.withLock { state in
            guard var old = state.shelvedRoots.popLast() else { return }
            old.violations = state.engine.violations
            old.mayRunLog = state.engine.mayRunLog
            old.version = state.engine.version + 1
            old.nextID = state.engine.nextID
            // Who waits does so with the engine that is there; whoever has a container in the old root is through with it.
            old.handsWaiting = state.engine.handsWaiting
            state.engine = old
            state.timeline.removeAll()
            for subscription in state.subscriptions { subscription.breakOff() }
        }
    }

    /// Puts in objects of another installation: an instance of its set (`namespace/name`) that runs, and a volume that it
    /// holds.
    public func addForeign(name: String, set: String = "other/other") {
        let moment = moment()
        change { engine in
            engine.addForeign(name: name, set: set, moment)
        }
    }

    /// The other installation's people remove them.
    public func removeForeign(name: String) {
        change { engine in engine.removeForeign(name: name) }
    }
}
