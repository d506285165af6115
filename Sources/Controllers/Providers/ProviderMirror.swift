import Ambient
import Planning
public import ProviderInterface

/// What is known of a provider's instances: the last observation, overlaid by what effects and direct reads brought since.
///
/// A list may be older than an effect that ended while it was made: each piece of knowledge has a stamp, and an older one
/// never replaces a newer one. That an instance is gone is believed only after a direct read.
public final class ProviderMirror: Sendable {
    private struct Entry {
        var observed: ObservedInstance?
        var stamp: UInt64
        /// The engine's id of what is or was there.
        var lastID: String?
        /// Whether it was seen alive on this connection, by a direct read or as what an effect brought: a list may be older than the
        /// connection.
        var wasAlive = false
        /// Whether its end was told of as it happened.
        var wasHeardEnding = false
        /// Whether somebody asked the engine to end it, and it was not we.
        var wasSignalled = false

        init(_ observed: ObservedInstance?, stamp: UInt64, after old: Entry?, isDirect: Bool) {
            self.observed = observed
            self.stamp = stamp
            lastID = observed?.providerID ?? old?.lastID
            let known = old?.observed?.providerID == observed?.providerID ? old : nil
            wasAlive = known?.wasAlive ?? false
            wasHeardEnding = known?.wasHeardEnding ?? false
            wasSignalled = known?.wasSignalled ?? false
            switch observed?.state {
            case .created, .running: if isDirect { wasAlive = true }
            case .exited, nil: break
            }
        }

        /// Whether this is news of a time before what is known: an instance never comes back (law L1), and an engine's id is never
        /// given again. The answer to a call may come long after the effect.
        func outdates(_ other: ObservedInstance?) -> Bool {
            guard let other, other.providerID == lastID else { return false }
            switch (observed?.state, other.state) {
            case (nil, _), (.exited, .created), (.exited, .running): return true
            default: return false
            }
        }
    }

    private struct State {
        var entries: [String: Entry] = [:]
        var volumes: [ObservedVolume] = []
        var snapshots: [ObservedSnapshot] = []
        var foreignSets: [String: String] = [:]
        var stamp: UInt64 = 0
        var connection = 0
        var isSynced = false
    }

    private let state = Guarded(State())

    public init() {}

    public var isSynced: Bool { state.withLock { $0.isSynced } }

    /// Everything that is there, sorted by uid.
    public var instances: [ObservedInstance] {
        state.withLock { $0.entries.values.compactMap(\.observed).sorted { $0.uid < $1.uid } }
    }

    public var volumes: [ObservedVolume] { state.withLock { $0.volumes } }

    public var snapshots: [ObservedSnapshot] { state.withLock { $0.snapshots } }

    /// The other installation of which the provider holds objects for this set, while it holds none of ours for it.
    public func foreignInstallation(of set: String) -> String? {
        state.withLock { state in
            guard let other = state.foreignSets[set], !state.volumes.contains(where: { $0.set == set }),
                !state.entries.values.contains(where: { $0.observed?.set == set })
            else { return nil }
            return other
        }
    }

    /// nil: nothing is known; `.some(nil)`: read to be absent.
    public func entry(_ uid: String) -> ObservedInstance?? {
        state.withLock { $0.entries[uid].map(\.observed) }
    }

    /// Whether it was seen alive on this connection by more than a list.
    func wasSeenAlive(_ uid: String) -> Bool { state.withLock { $0.entries[uid]?.wasAlive ?? false } }

    /// How one that exited came to its end. What was learned goes with the connection: an end that falls into a break
    /// blames nobody.
    func endCause(_ uid: String) -> InstanceView.EndCause {
        state.withLock { state in
            guard let entry = state.entries[uid], entry.wasAlive || entry.wasHeardEnding else { return .unwatched }
            if entry.observed?.ranOutOfMemory == true { return .outOfMemory }
            return entry.wasSignalled ? .signalled : .own
        }
    }

    /// Somebody asked the engine to end this instance.
    func noteSignal(_ uid: String) { state.withLock { $0.entries[uid]?.wasSignalled = true } }

    /// An event told of its end.
    func noteEnd(_ uid: String) { state.withLock { $0.entries[uid]?.wasHeardEnding = true } }

    /// Call before a list is asked for, and hand the stamp in with its result.
    public func beginObservation() -> UInt64 {
        state.withLock {
            $0.stamp += 1
            return $0.stamp
        }
    }

    /// Takes in a list. Returns the uids that were there before and are missing in it: to be confirmed by a direct read.
    public func take(_ observation: ProviderObservation, begunAt stamp: UInt64) -> [ObservedInstance] {
        state.withLock { state in
            var missing: [ObservedInstance] = []
            var seen: Set<String> = []
            for instance in observation.instances {
                seen.insert(instance.uid)
                if let entry = state.entries[instance.uid], entry.stamp > stamp { continue }
                state.entries[instance.uid] = Entry(
                    instance, stamp: stamp, after: state.entries[instance.uid], isDirect: false)
            }
            for (uid, entry) in state.entries where !seen.contains(uid) && entry.stamp < stamp {
                if let observed = entry.observed {
                    missing.append(observed)
                } else {
                    state.entries[uid] = nil  // it is gone for good: forget that we knew it
                }
            }
            state.volumes = observation.volumes
            state.snapshots = observation.snapshots
            state.foreignSets = observation.foreignSets
            state.isSynced = true
            return missing.sorted { $0.uid < $1.uid }
        }
    }

    /// Compares a list made while the connection stands with what is known. A list may be old: where it differs, only a
    /// direct read tells, and these instances are returned for one.
    ///
    /// - Returns: `others`: whether volumes or other installations' sets are not the same as in the last list.
    public func compare(
        _ observation: ProviderObservation, begunAt stamp: UInt64
    ) -> (differing: [ObservedInstance], others: Bool) {
        state.withLock { state in
            guard state.isSynced else { return ([], false) }
            var different: [ObservedInstance] = []
            var seen: Set<String> = []
            for instance in observation.instances {
                seen.insert(instance.uid)
                let entry = state.entries[instance.uid]
                if let entry, entry.stamp > stamp || entry.observed == instance { continue }
                different.append(instance)
            }
            for (uid, entry) in state.entries where !seen.contains(uid) && entry.stamp < stamp {
                if let observed = entry.observed {
                    different.append(observed)
                } else {
                    state.entries[uid] = nil  // it is gone for good: forget that we knew it
                }
            }
            let others =
                state.volumes != observation.volumes || state.snapshots != observation.snapshots
                || state.foreignSets != observation.foreignSets
            state.volumes = observation.volumes
            state.snapshots = observation.snapshots
            state.foreignSets = observation.foreignSets
            return (different.sorted { $0.uid < $1.uid }, others)
        }
    }

    /// Counts the connections: capture it before a call to the provider, and hand it in with what the call brought.
    public var connection: Int { state.withLock { $0.connection } }

    /// Takes in what an effect or a direct read brought, unless what is known is later on an instance's way. Returns whether it was
    /// news.
    ///
    /// - Parameter connection: on which it was asked for. What was asked for before a break tells nothing of the time after it, and
    ///   is passed over. nil: the present one.
    @discardableResult
    public func take(_ observed: ObservedInstance?, uid: String, on connection: Int? = nil) -> Bool {
        state.withLock { state in
            if let connection, connection != state.connection { return false }
            if state.entries[uid]?.outdates(observed) == true { return false }
            state.stamp += 1
            let known = state.entries[uid]
            let entry = Entry(observed, stamp: state.stamp, after: known, isDirect: true)
            state.entries[uid] = entry
            guard let known else { return true }
            return known.observed != observed || known.wasAlive != entry.wasAlive
        }
    }

    /// Nothing is known any more (the engine cannot be reached, or is another one).
    public func forget() {
        state.withLock { state in
            state.connection += 1
            state.entries = [:]
            state.volumes = []
            state.snapshots = []
            state.foreignSets = [:]
            state.isSynced = false
        }
    }
}
