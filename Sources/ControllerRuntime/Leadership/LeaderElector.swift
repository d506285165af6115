public import Ambient
import InfraAPI
public import Logging
public import ResourceAPI
public import Telemetry

/// Chooses one of several processes to act, by a `coordination.k8s.io` Lease. It chooses who tries; safety never rests on it
/// but on the term that all writes of the chosen one carry (``LeaderTerm``).
///
/// Whether another's lease is over is measured on our own monotonic clock, from the moment at which we saw its record
/// change: clocks of two machines are never compared (as client-go's leader election does). A record that names our own
/// identity is left by an earlier life of ours, and is taken over at once. Each taking over begins a new term, so that nothing
/// written in an earlier one, by us or by others, is stored any more.
public final class LeaderElector: Sendable {
    private struct State {
        var term: LeaderTerm?
        var isStopped = false
        var terms = 0
    }

    private let lease: LeaseRecord
    private let client: any ResourceClient
    private let timing: LeaderTiming
    private let surroundings: Surroundings
    private let logger: Logger
    private let state = Guarded(State())
    private let stopped = Latch()

    /// - Parameters:
    ///   - key: of the Lease, made when it is missing; its namespace must be there.
    ///   - identity: who we are. At no time do two processes with one identity run.
    ///   - metrics: where leading and terms are told.
    public init(
        _ client: any ResourceClient, _ key: NamespacedName, identity: String, timing: LeaderTiming = LeaderTiming(),
        _ surroundings: Surroundings, logger: Logger, metrics: MetricRegistry? = nil
    ) {
        self.client = client
        self.timing = timing
        self.surroundings = surroundings
        var logger = logger
        logger[metadataKey: "lease"] = "\(key)"
        logger[metadataKey: "identity"] = "\(identity)"
        self.logger = logger
        lease = LeaseRecord(
            client: client, key: key, identity: identity, duration: timing.duration, time: surroundings.time)
        if let metrics { watch(metrics) }
    }

    /// The term in which we lead; nil: we do not.
    public var term: LeaderTerm? { state.withLock { $0.term } }

    /// Ends `run` in order: what runs is cancelled, and the lease is given back.
    public func stop() {
        state.withLock { $0.isStopped = true }
        stopped.open()
    }

    /// Competes until `stop` is called or the task is cancelled.
    ///
    /// - Parameters:
    ///   - following: runs while another leads; cancelled when we do. Not run when we lead at the first try.
    ///   - leading: runs in one term, with a client that stamps all its writes with it; cancelled when the term is over. When it
    ///     ends by itself, so does `run`.
    public func run(
        following: @escaping @Sendable () async -> Void = {},
        leading: @escaping @Sendable (LeaderTerm, any ResourceClient) async -> Void
    ) async {
        var seen = SeenLease()
        while !isOver {
            let term: LeaderTerm?
            if let taken = await take(&seen) {
                term = taken
            } else {
                (term, seen) = await follow(following, seen)
            }
            guard let term else { return }
            state.withLock { state in
                state.term = term
                state.terms += 1
            }
            logger.notice("leads", metadata: ["term": "\(term.number)"])
            let end = await lead(leading, term)
            state.withLock { $0.term = nil }
            guard end == .lost else {
                // Best effort, so that the next leader does not have to wait for the end of the lease.
                if !Task.isCancelled { await giveBack(term) }
                return
            }
            logger.warning("leads no more: another term has begun, or this one could not be renewed")
            try? await surroundings.time.sleep(for: pause)
        }
    }

    private enum End: Sendable {
        case lost, ended
    }

    private var isOver: Bool { Task.isCancelled || state.withLock { $0.isStopped } }

    /// A retry period, a tenth more or less, so that candidates do not try in step.
    private var pause: Duration {
        timing.retryPeriod * (900 + surroundings.randomness.below(200)) / 1000
    }

    /// Runs `following` until we can lead, or (nil) shall not any more.
    private func follow(
        _ following: @escaping @Sendable () async -> Void, _ seen: SeenLease
    ) async -> (LeaderTerm?, SeenLease) {
        await withTaskGroup(of: (LeaderTerm?, SeenLease)?.self) { group in
            group.addTask {
                await following()
                return nil
            }
            group.addTask { await self.compete(seen) }
            group.addTask {
                // Who is stopped waits for no pause.
                _ = await self.stopped.wait()
                return (nil, seen)
            }
            var result: (LeaderTerm?, SeenLease) = (nil, seen)
            while let ended = await group.next() {
                guard let ended else { continue }
                result = ended
                break
            }
            group.cancelAll()
            await group.waitForAll()
            return result
        }
    }

    private func compete(_ seen: SeenLease) async -> (LeaderTerm?, SeenLease) {
        var seen = seen
        while !isOver {
            try? await surroundings.time.sleep(for: pause)
            if isOver { break }
            if let term = await take(&seen) { return (term, seen) }
        }
        return (nil, seen)
    }

    private func take(_ seen: inout SeenLease) async -> LeaderTerm? {
        do throws(APIStatus) {
            return try await lease.take(&seen)
        } catch {
            logger.debug("lease not taken", metadata: ["error": "\(error)"])
            return nil
        }
    }

    private func lead(
        _ leading: @escaping @Sendable (LeaderTerm, any ResourceClient) async -> Void, _ term: LeaderTerm
    ) async -> End {
        let over = Latch()
        let renewedAt = Guarded(surroundings.time.uptime)
        let (time, deadline) = (surroundings.time, timing.renewDeadline)
        let termed = TermedClient(client, in: term) {
            time.uptime - renewedAt.withLock { $0 } >= deadline
        } onOver: {
            over.open()
        }
        return await withTaskGroup(of: End.self) { group in
            group.addTask {
                await leading(term, termed)
                return .ended
            }
            group.addTask {
                await self.renew(term, renewedAt)
                return .lost
            }
            group.addTask {
                await self.waitWhileRenewed(renewedAt)
                return .lost
            }
            group.addTask {
                _ = await over.wait()
                return .lost
            }
            group.addTask {
                _ = await self.stopped.wait()
                return .ended
            }
            let end = await group.next() ?? .ended
            group.cancelAll()
            await group.waitForAll()
            return end
        }
    }

    /// Renews until the term is over.
    private func renew(_ term: LeaderTerm, _ renewedAt: Guarded<Duration>) async {
        var wait = timing.renewPeriod
        while !Task.isCancelled {
            try? await surroundings.time.sleep(for: wait)
            if Task.isCancelled { return }
            // What counts is when the record was written at the latest: not when the answer came.
            let start = surroundings.time.uptime
            do throws(APIStatus) {
                guard try await lease.renew(term) else { return }
                renewedAt.withLock { $0 = start }
                wait = timing.renewPeriod
            } catch {
                logger.debug("lease not renewed", metadata: ["error": "\(error)"])
                wait = timing.retryPeriod
            }
        }
    }

    /// Ends when nothing was renewed for longer than the deadline, a renewal that hangs included.
    private func waitWhileRenewed(_ renewedAt: Guarded<Duration>) async {
        while !Task.isCancelled {
            let left = renewedAt.withLock { $0 } + timing.renewDeadline - surroundings.time.uptime
            if left <= .zero { return }
            try? await surroundings.time.sleep(for: left)
        }
    }

    private func giveBack(_ term: LeaderTerm) async {
        do throws(APIStatus) {
            try await lease.giveBack(term)
        } catch {
            logger.debug("lease not given back", metadata: ["error": "\(error)"])
        }
    }

    private func watch(_ metrics: MetricRegistry) {
        metrics.gauge("imm_leader", "1 while the controllers of this process are the ones that act, else 0") {
            [weak self] in
            self?.term == nil ? 0 : 1
        }
        metrics.gauge("imm_leader_term", "The term in which this process leads; 0: it does not") { [weak self] in
            Double(self?.term?.number ?? 0)
        }
        metrics.counter("imm_leader_terms_total", "Terms that this process began since its start") { [weak self] in
            Double(self?.state.withLock { $0.terms } ?? 0)
        }
    }
}
