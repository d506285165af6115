import Ambient
import ControllerRuntime
import InfraAPI
import Logging
import Planning
import ProviderInterface

extension ProviderAgent {
    /// Describes the engine under the recorded identity. One that has another is accepted only when a person named it.
    func connect() async throws(ProviderError) -> ProviderDescription {
        let (recorded, adoption) = state.withLock { ($0.recordedIdentity, $0.adoption) }
        guard let recorded, let adoption, adoption != recorded else {
            return try await provider.describe(recordedIdentity: recorded)
        }
        do throws(ProviderError) {
            return try await provider.describe(recordedIdentity: recorded)
        } catch {
            guard error.code == .identityMismatch else { throw error }
        }
        try await provider.adopt(identity: adoption)
        let description = try await provider.describe(recordedIdentity: adoption)
        state.withLock { state in
            state.formerIdentities = (state.formerIdentities.filter { $0 != adoption } + [recorded]).suffix(10)
            state.recordedIdentity = adoption
        }
        logger.notice("engine adopted", metadata: ["identity": "\(adoption)", "before": "\(recorded)"])
        return description
    }

    /// Lists what the engine holds that is not the recorded one, to show it.
    func lookAround() async {
        do throws(ProviderError) {
            let found = try await provider.observe()
            let isNews = state.withLock { state in
                defer { state.stranger = found }
                return state.stranger != found
            }
            if isNews { onChange(nil) }
        } catch {
            logger.debug("a list failed", metadata: ["error": "\(error)"])
        }
    }

    /// A person accepts the engine with this marker; tried at once.
    func accept(identity: String?) {
        let isNews = state.withLock { state in
            defer { state.adoption = identity }
            return state.adoption != identity
        }
        if isNews, identity != nil { retryRequested.raise() }
    }

    /// Whether an answer under `identity` counts for what was recorded under `recorded`.
    func stands(for recorded: String, _ identity: String) -> Bool {
        state.withLock { state in
            identity == state.recordedIdentity
                && (recorded == identity || state.formerIdentities.contains(recorded))
        }
    }

    /// The connection that was not compared with the records yet; nil: there is none.
    var stockToTake: Int? {
        state.withLock { $0.health == .reachable && $0.stockTaken < $0.connection ? $0.connection : nil }
    }

    /// Lets the sets plan on what is there.
    func tookStock(of connection: Int) {
        let isNews = state.withLock { state in
            guard connection > state.stockTaken else { return false }
            state.stockTaken = connection
            return true
        }
        if isNews { onChange(nil) }
    }

    /// The instance that held a volume without a record when the records were compared last, if it is still there.
    func unknownHolder(ofVolume uid: String) -> ObservedInstance? {
        guard let holder = state.withLock({ $0.unknownHolders[uid] }), let known = mirror.entry(holder.uid) else {
            return nil
        }
        return known
    }

    func setUnknownHolders(_ holders: [String: ObservedInstance]) {
        let isNews = state.withLock { state in
            defer { state.unknownHolders = holders }
            return state.unknownHolders != holders
        }
        if isNews { onChange(nil) }
    }

    /// For the Provider's status: as it stands, whether the records were compared or not.
    var connectionState:
        (health: ProviderView.Health, identity: String?, former: [String], stranger: ProviderObservation?)
    {
        state.withLock { ($0.health, $0.recordedIdentity, $0.formerIdentities, $0.stranger) }
    }
}
