import Ambient
import InfraAPI
import JSON
import ResourceAPI

/// Who writes: laws that bind the controller leave people alone.
enum Writer {
    @TaskLocal static var isController = false
}

/// One controller process's connection to the API: calls take a little time, and after the process died nothing that it
/// still does has an effect. What it was writing when it died is written or not, as the seed has it.
final class MortalClient: ResourceClient {
    private let inner: any ResourceClient
    private let time: any TimeSource
    private let randomness: SeededRandomness
    private let network: ClientNetwork
    private let dead = Guarded(false)

    /// - Parameters:
    ///   - network: between this process and the API.
    ///   - time: the process's own clock; nil: the simulation's.
    init(
        _ inner: any ResourceClient, _ simulation: Simulation, _ randomness: SeededRandomness, _ network: ClientNetwork,
        time: (any TimeSource)? = nil
    ) {
        self.inner = inner
        self.time = time ?? simulation.time
        self.randomness = randomness
        self.network = network
    }

    func die() { dead.withLock { $0 = true } }

    private func call<Answer: Sendable>(
        _ body: @Sendable () async throws(APIStatus) -> Answer
    ) async throws(APIStatus) -> Answer {
        try await pause()
        let faults = network.faults
        let (isLost, isUnanswered, isLate) = (
            randomness.happens(perMille: faults.lostRequestPerMille),
            randomness.happens(perMille: faults.lostAnswerPerMille),
            randomness.happens(perMille: faults.lateAnswerPerMille)
        )
        if isLost || network.isCut { throw lost("the server cannot be reached") }
        let answer = try await Writer.$isController.withValue(true) { () async -> Result<Answer, APIStatus> in
            do throws(APIStatus) { return .success(try await body()) } catch { return .failure(error) }
        }.get()
        if isUnanswered {
            network.count()
            throw lost("no answer came")
        }
        if isLate { try await sleep(randomness.duration(in: 100...10_000)) }
        try await pause()
        return answer
    }

    private func lost(_ message: String) -> APIStatus {
        network.count()
        return APIStatus(code: 0, reason: .unreachable, message: message)
    }

    private func pause() async throws(APIStatus) {
        try await sleep(.microseconds(randomness.below(3000)))
    }

    private func sleep(_ duration: Duration) async throws(APIStatus) {
        do {
            try await time.sleep(for: duration)
        } catch {
            throw APIStatus(code: 0, reason: .unreachable, message: "the call was cancelled")
        }
        if dead.withLock({ $0 }) { throw APIStatus(code: 0, reason: .unreachable, message: "this process is dead") }
    }

    func get(_ reference: ObjectReference) async throws(APIStatus) -> JSONValue {
        try await call { () async throws(APIStatus) in try await self.inner.get(reference) }
    }

    func list(
        _ type: ResourceType, in namespace: String?, _ options: ListOptions
    ) async throws(APIStatus) -> ObjectList {
        try await call { () async throws(APIStatus) in try await self.inner.list(type, in: namespace, options) }
    }

    func watch(
        _ type: ResourceType, in namespace: String?, _ options: WatchOptions
    ) async throws(APIStatus) -> ResourceWatch {
        let watch = try await call { () async throws(APIStatus) in
            try await self.inner.watch(type, in: namespace, options)
        }
        return ResourceWatch(
            next: { () async throws(APIStatus) in try await self.next(of: watch) }, cancel: { watch.cancel() })
    }

    /// Late events hold up those behind them: a watch keeps its order.
    private func next(of watch: ResourceWatch) async throws(APIStatus) -> [WatchEvent]? {
        let events = try await watch.next()
        let faults = network.faults
        let (isLate, isBroken) = (
            randomness.happens(perMille: faults.lateEventsPerMille),
            randomness.happens(perMille: faults.brokenWatchPerMille)
        )
        if isLate {
            network.count()
            try await sleep(randomness.duration(in: 50...5000))
        }
        if isBroken || network.isCut { throw lost("the watch broke off") }
        return events
    }

    func create(_ object: JSONValue, _ options: WriteOptions) async throws(APIStatus) -> JSONValue {
        try await call { () async throws(APIStatus) in try await self.inner.create(object, options) }
    }

    func update(
        _ object: JSONValue, _ subresource: Subresource?, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue {
        try await call { () async throws(APIStatus) in try await self.inner.update(object, subresource, options) }
    }

    func apply(_ object: JSONValue, _ options: WriteOptions) async throws(APIStatus) -> JSONValue {
        try await call { () async throws(APIStatus) in try await self.inner.apply(object, options) }
    }

    func mergePatch(
        _ reference: ObjectReference, _ patch: JSONValue, _ subresource: Subresource?, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue {
        try await call { () async throws(APIStatus) in
            try await self.inner.mergePatch(reference, patch, subresource, options)
        }
    }

    func delete(_ reference: ObjectReference, _ options: DeleteOptions) async throws(APIStatus) -> JSONValue {
        try await call { () async throws(APIStatus) in try await self.inner.delete(reference, options) }
    }
}

/// What stands between the controllers and the API: its faults, and a cut.
final class ClientNetwork: Sendable {
    private struct State {
        var faults = ClientFaults.none
        var isCut = false
        var count = 0
    }

    private let state = Guarded(State())

    var faults: ClientFaults { state.withLock { $0.faults } }
    var isCut: Bool { state.withLock { $0.isCut } }
    /// Faults so far.
    var faultCount: Int { state.withLock { $0.count } }

    func set(_ faults: ClientFaults) { state.withLock { $0.faults = faults } }
    func cut(_ isCut: Bool) { state.withLock { $0.isCut = isCut } }
    func count() { state.withLock { $0.count += 1 } }
}
