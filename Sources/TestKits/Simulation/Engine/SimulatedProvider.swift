import Ambient
import InfraAPI
public import ProviderInterface

/// A connection to a `SimulatedEngine`: the strict fake behind the Provider protocol, with latencies and faults.
///
/// A task that is cancelled in the midst of a call leaves the effect done, not done, or done later, as the seed has it:
/// what the death of a controller leaves behind.
public final class SimulatedProvider: Provider {
    /// One call, as it begins.
    public struct Call: Sendable {
        public let operation: ProviderOperation
        /// The handle of an instance's call.
        public let instance: InstanceHandle?
        public let volumeUID: String?
        public let snapshotUID: String?
        public let uptime: Duration
    }

    private struct State {
        var script: [ProviderOperation: [ProviderFault]] = [:]
        var isReachable = true
        var expectedIdentity: String?
        var calls: [ProviderOperation: Int] = [:]
        var faults = 0
    }

    public let engine: SimulatedEngine
    let simulation: Simulation
    let randomness: SeededRandomness
    private let state = Guarded(State())
    private let onCall: @Sendable (Call) -> Void
    /// Holds calls on their way to the engine.
    let gate: ProcessGate?

    /// - Parameters:
    ///   - gate: of the process that calls, if it can be stopped.
    ///   - onCall: sees each call as it begins.
    public init(
        _ engine: SimulatedEngine, _ simulation: Simulation, gate: ProcessGate? = nil,
        onCall: @escaping @Sendable (Call) -> Void = { _ in }
    ) {
        self.gate = gate
        self.engine = engine
        self.simulation = simulation
        self.onCall = onCall
        randomness = simulation.randomness.stream("provider")
    }

    /// The next calls of this kind meet these faults, before those that come at random.
    public func script(_ operation: ProviderOperation, _ faults: [ProviderFault]) {
        state.withLock { $0.script[operation, default: []] += faults }
    }

    /// Cuts the connection, or mends it.
    public func setReachable(_ isReachable: Bool) {
        simulation.transcript.note("provider: \(isReachable ? "reachable" : "unreachable")")
        state.withLock { $0.isReachable = isReachable }
    }

    /// How often each operation was called.
    public func callCount(_ operation: ProviderOperation) -> Int { state.withLock { $0.calls[operation] ?? 0 } }

    /// Calls that met a fault, so far.
    public var faultCount: Int { state.withLock { $0.faults } }

    /// Calls that change something, so far.
    public var effectCount: Int {
        state.withLock { state in
            ProviderOperation.allCases.filter(\.isEffect).reduce(0) { $0 + (state.calls[$1] ?? 0) }
        }
    }

    func begin(
        _ operation: ProviderOperation, _ subject: String, instance: InstanceHandle?, volumeUID: String?,
        snapshotUID: String?
    ) {
        state.withLock { $0.calls[operation, default: 0] += 1 }
        if operation.isEffect { simulation.transcript.note("provider \(operation) \(subject) begins") }
        onCall(
            Call(
                operation: operation, instance: instance, volumeUID: volumeUID, snapshotUID: snapshotUID,
                uptime: simulation.time.uptime))
    }

    /// The fault that the next call meets: scripted, else at random.
    func fault(for operation: ProviderOperation) -> ProviderFault {
        let fault = chooseFault(for: operation)
        if fault != .none { state.withLock { $0.faults += 1 } }
        return fault
    }

    private func chooseFault(for operation: ProviderOperation) -> ProviderFault {
        let faults = engine.currentFaults
        let roll = randomness.below(1000)
        let (scripted, isReachable) = state.withLock { state -> (ProviderFault?, Bool) in
            guard state.script[operation]?.isEmpty == false else { return (nil, state.isReachable) }
            return (state.script[operation]?.removeFirst(), state.isReachable)
        }
        if !isReachable { return .unreachable }
        if let scripted { return scripted }
        let table: [(ProviderFault, Int)] = [
            (.unreachable, faults.unreachablePerMille), (.engineFailed, faults.engineFailedPerMille),
            (.lateAnswer, faults.lateAnswerPerMille),
            (.unknownDone, operation.isEffect ? faults.unknownDonePerMille : 0),
            (.unknownNotDone, operation.isEffect ? faults.unknownNotDonePerMille : 0),
            (.unknownLate, operation.isEffect ? faults.unknownLatePerMille : 0),
        ]
        var bound = 0
        for (fault, perMille) in table {
            bound += perMille
            if roll < bound { return fault }
        }
        return .none
    }

    /// Takes the identity that is on record; nil is first use.
    func expect(_ recorded: String?, _ identity: String) throws(ProviderError) {
        state.withLock { $0.expectedIdentity = recorded ?? identity }
        try checkIdentity()
    }

    /// Compares the identity that is there with the one on record.
    func checkIdentity() throws(ProviderError) {
        let identity = engine.contents.identity
        let expected = state.withLock { state in
            if state.expectedIdentity == nil { state.expectedIdentity = identity }
            return state.expectedIdentity
        }
        guard expected == identity else {
            throw ProviderError(
                .identityMismatch, "the provider is \(identity), expected \(expected ?? "none"): adopt it or restore it"
            )
        }
    }
}
