import Ambient
import InfraAPI
import ProviderInterface

extension SimulatedProvider {
    /// One call: latency, fault, effect, answer, and the lines of the transcript.
    ///
    /// - Parameters:
    ///   - late: what happens later when the effect outlives the call; nil for calls without effect.
    ///   - effect: what the engine does.
    func call<Answer: Sendable>(
        _ operation: ProviderOperation, _ subject: String = "", instance: InstanceHandle? = nil,
        volumeUID: String? = nil, snapshotUID: String? = nil,
        late: EngineTimeline.Action? = nil,
        effect: @Sendable (inout EngineState, EngineMoment) throws(ProviderError) -> Answer
    ) async throws(ProviderError) -> Answer {
        // A dead process calls nobody.
        if Task.isCancelled { throw ProviderError(.cancelled, "the calling task is cancelled") }
        begin(operation, subject, instance: instance, volumeUID: volumeUID, snapshotUID: snapshotUID)
        do throws(ProviderError) {
            let answer = try await answer(operation, late: late, effect)
            simulation.transcript.note("provider \(operation) \(subject) ok")
            return answer
        } catch {
            simulation.transcript.note("provider \(operation) \(subject) \(error.code.rawValue)")
            throw error
        }
    }

    private func answer<Answer: Sendable>(
        _ operation: ProviderOperation, late: EngineTimeline.Action?,
        _ effect: @Sendable (inout EngineState, EngineMoment) throws(ProviderError) -> Answer
    ) async throws(ProviderError) -> Answer {
        let fault = fault(for: operation)
        let latency = randomness.duration(in: operation.latency)
        let answerDelay = fault == .lateAnswer ? randomness.duration(in: 5000...60_000) : latency / 2
        do {
            try await simulation.time.sleep(for: latency / 2)
        } catch {
            throw abandoned(late)
        }
        switch fault {
        case .unreachable: throw ProviderError(.unreachable, "the engine cannot be reached")
        case .engineFailed: throw ProviderError(.engineFailed, "the engine answered with an internal error")
        case .unknownNotDone: throw unknownOutcome(operation)
        case .unknownLate:
            if let late { engine.schedule(late, after: randomness.duration(in: 100...30_000)) }
            throw unknownOutcome(operation)
        case .none, .unknownDone, .lateAnswer: break
        }
        if operation.isEffect { try checkIdentity() }
        let isHeld = await gate?.pass(operation) ?? false
        let moment = engine.moment(isLate: isHeld)
        let answer = try engine.change { (engine) throws(ProviderError) in try effect(&engine, moment) }
        if fault == .unknownDone { throw unknownOutcome(operation) }
        do {
            try await simulation.time.sleep(for: answerDelay)
        } catch {
            throw ProviderError(.cancelled, "gave up waiting for the answer")
        }
        return answer
    }

    /// The caller died while the request was on its way.
    private func abandoned(_ late: EngineTimeline.Action?) -> ProviderError {
        if let late {
            switch randomness.below(3) {
            case 0: engine.schedule(late, after: .zero)
            case 1: engine.schedule(late, after: randomness.duration(in: 1...10_000))
            default: break
            }
        }
        return ProviderError(.cancelled, "gave up before the answer")
    }

    private func unknownOutcome(_ operation: ProviderOperation) -> ProviderError {
        ProviderError(.unknownOutcome, "no answer to \(operation): only a confirming read tells")
    }
}
