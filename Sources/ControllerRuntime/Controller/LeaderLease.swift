public import Ambient
import InfraAPI
import JSON
public import Logging
public import ResourceAPI

/// Chooses one of several processes to act, by a `coordination.k8s.io` Lease. It chooses who tries; safety never rests on it.
///
/// Whether another's lease is over is measured on our own monotonic clock, from the moment at which we saw its record
/// change: clocks of two machines are never compared (as client-go's leader election does).
public struct LeaderLease: Sendable {
    public struct Timing: Sendable, Hashable {
        /// How long a record holds without being renewed.
        public var duration: Duration
        /// The holder gives up when it could not renew for this long; below `duration`.
        public var renewDeadline: Duration
        /// Between two tries to acquire or renew.
        public var retryPeriod: Duration

        public init(
            duration: Duration = .seconds(15), renewDeadline: Duration = .seconds(10),
            retryPeriod: Duration = .seconds(2)
        ) {
            self.duration = duration
            self.renewDeadline = renewDeadline
            self.retryPeriod = retryPeriod
        }
    }

    private let client: any ResourceClient
    private let key: NamespacedName
    private let identity: String
    private let timing: Timing
    private let surroundings: Surroundings
    private let logger: Logger

    /// - Parameter identity: who we are; unique among the processes that compete.
    public init(
        _ client: any ResourceClient, _ key: NamespacedName, identity: String, timing: Timing = Timing(),
        _ surroundings: Surroundings, logger: Logger
    ) {
        self.client = client
        self.key = key
        self.identity = identity
        self.timing = timing
        self.surroundings = surroundings
        self.logger = logger
    }

    /// Runs `body` while we hold the lease: waits for it, cancels `body` when it is lost, and waits again. Returns when the
    /// task is cancelled or `body` returns by itself; a lease that is held then is given back.
    public func run(whileLeading body: @escaping @Sendable () async -> Void) async {
        var seen = SeenLease()
        while !Task.isCancelled {
            guard await tryToHold(&seen) else {
                try? await surroundings.time.sleep(for: timing.retryPeriod)
                continue
            }
            logger.info("lease acquired", metadata: ["lease": "\(key)", "identity": "\(identity)"])
            let (lost, last) = await lead(body, seen)
            seen = last
            if !lost { return await giveBack() }
            logger.warning("lease lost", metadata: ["lease": "\(key)", "identity": "\(identity)"])
        }
    }

    /// Returns whether the lease was lost, as opposed to `body` being over, and the record that was seen last.
    private func lead(_ body: @escaping @Sendable () async -> Void, _ seen: SeenLease) async -> (Bool, SeenLease) {
        await withTaskGroup(of: SeenLease?.self) { group in
            group.addTask {
                await body()
                return nil
            }
            group.addTask { await self.renew(seen) }
            var result = (true, seen)
            if let first = await group.next() {
                result = (first != nil && !Task.isCancelled, first ?? seen)
            }
            group.cancelAll()
            await group.waitForAll()
            return result
        }
    }

    /// Renews until that fails for longer than the deadline, or the task is cancelled.
    private func renew(_ seen: SeenLease) async -> SeenLease {
        var seen = seen
        var renewedAt = surroundings.time.uptime
        while !Task.isCancelled, surroundings.time.uptime - renewedAt < timing.renewDeadline {
            try? await surroundings.time.sleep(for: timing.retryPeriod)
            if Task.isCancelled { break }
            if await tryToHold(&seen) {
                renewedAt = surroundings.time.uptime
            } else if seen.isHeldByAnother(than: identity) {
                break
            }
        }
        return seen
    }

    /// One try to make, take over or renew the record.
    private func tryToHold(_ seen: inout SeenLease) async -> Bool {
        let reference = ObjectReference(Lease.resourceType, namespace: key.namespace, name: key.name)
        do throws(APIStatus) {
            let value: JSONValue
            do throws(APIStatus) {
                value = try await client.get(reference)
            } catch  where error.isNotFound {
                let made = try await client.create(claimed(Lease(), seen).json, WriteOptions(fieldManager: identity))
                seen.note(try decode(made), at: surroundings.time.uptime)
                return true
            }
            let lease = try decode(value)
            seen.note(lease, at: surroundings.time.uptime)
            if seen.isHeldByAnother(than: identity), surroundings.time.uptime - seen.since < seen.duration {
                return false
            }
            let taken = try await client.update(
                claimed(lease, seen).json, nil, WriteOptions(fieldManager: identity))
            seen.note(try decode(taken), at: surroundings.time.uptime)
            return true
        } catch {
            logger.debug("lease not written", metadata: ["lease": "\(key)", "error": "\(error)"])
            return false
        }
    }

    private func claimed(_ lease: Lease, _ seen: SeenLease) -> Lease {
        var lease = lease
        let now = surroundings.time.now
        lease.metadata.name = key.name
        lease.metadata.namespace = key.namespace
        if lease.spec.holderIdentity != identity {
            lease.spec.acquireTime = now
            lease.spec.leaseTransitions = lease.spec.holderIdentity == nil ? 0 : (lease.spec.leaseTransitions ?? 0) + 1
        }
        lease.spec.holderIdentity = identity
        lease.spec.leaseDurationSeconds = Int(timing.duration.components.seconds)
        lease.spec.renewTime = now
        return lease
    }

    /// Best effort, so that the next leader does not have to wait for the end of the lease.
    private func giveBack() async {
        let reference = ObjectReference(Lease.resourceType, namespace: key.namespace, name: key.name)
        do throws(APIStatus) {
            var lease = try decode(try await client.get(reference))
            guard lease.spec.holderIdentity == identity else { return }
            lease.spec.holderIdentity = ""
            _ = try await client.update(lease.json, nil, WriteOptions(fieldManager: identity))
        } catch {
            logger.debug("lease not given back", metadata: ["lease": "\(key)", "error": "\(error)"])
        }
    }

    private func decode(_ value: JSONValue) throws(APIStatus) -> Lease {
        do throws(FieldError) {
            return try Lease(json: value)
        } catch {
            throw APIStatus(code: 500, reason: .internalError, message: "the Lease \(key) cannot be read: \(error)")
        }
    }
}

/// The record that was seen last, and since when it stands on our own clock.
private struct SeenLease: Sendable {
    private var version = ""
    private var holder: String?
    private(set) var since = Duration.zero
    private(set) var duration = Duration.zero

    init() {}

    func isHeldByAnother(than identity: String) -> Bool {
        guard let holder, !holder.isEmpty else { return false }
        return holder != identity
    }

    mutating func note(_ lease: Lease, at uptime: Duration) {
        guard lease.metadata.resourceVersion != version else { return }
        version = lease.metadata.resourceVersion
        holder = lease.spec.holderIdentity
        duration = .seconds(lease.spec.leaseDurationSeconds ?? 15)
        since = uptime
    }
}
