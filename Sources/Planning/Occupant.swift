import Ambient
import InfraAPI

/// One instance in a slot, with its standing derived from record and facts.
struct Occupant {
    /// Where an instance stands on its way; each case is decided on facts alone.
    enum Standing: Equatable {
        /// Recorded; as far as is known nothing of it is at the provider.
        case pending
        /// Made at the provider, never started.
        case created
        /// Runs, not ready.
        case starting
        /// Ready, but not for `minReadySeconds` yet.
        case ready(since: Timestamp)
        case available
        /// Will never be of use again.
        case dead(Reason, String)
        /// The provider cannot tell.
        case unknown
    }

    let view: InstanceView
    let standing: Standing
    /// Whether its hold on a volume was ended by force (law L2's override): it has no place any more, wherever it runs.
    let isDispossessed: Bool

    init(_ view: InstanceView, minReady: Duration, isDispossessed: Bool = false, now: Timestamp) {
        self.view = view
        self.isDispossessed = isDispossessed
        standing = Occupant.standing(of: view, minReady: minReady, now: now)
    }

    var record: Instance { view.record }
    var name: String { record.metadata.name }
    var slot: Int { record.spec.slot }
    var holdsVolumes: Bool { record.spec.epoch > 0 }

    /// Whether it has been told to go: there is no way back from here (law L8).
    var isLeaving: Bool { isDispossessed || record.isBeingDeleted || record.status.step?.name == .stop }
    var isAvailable: Bool { !isLeaving && standing == .available }
    var isDead: Bool { if case .dead = standing { true } else { false } }

    /// Whether a process of it may exist at the provider.
    var mayRun: Bool {
        switch view.fact {
        case .running, .unknown: true
        case .absent, .created, .exited: false
        }
    }

    private static func standing(of view: InstanceView, minReady: Duration, now: Timestamp) -> Standing {
        // Whatever an effect made of it: it ran, and how it ended says more.
        if case .exited(let code) = view.fact { return ended(view.endCause, code: code) }
        let first: InstanceStep.Name = view.record.spec.epoch > 0 ? .create : .launch
        for step in [first, .start] {
            if case .failed(let failure) = view.execution(of: step) {
                switch failure.kind {
                case .blamesRevision: return .dead(.startRefused, failure.message)
                case .couldNotTry: return .dead(.couldNotTry, failure.message)
                case .tryAgain: break
                }
            }
        }
        switch view.fact {
        case .unknown: return .unknown
        case .absent where view.record.status.providerID == nil:
            // What was made and is not there any more was lost before its record told of it.
            if case .succeeded = view.execution(of: first) {
                return .dead(.lost, "it is gone from the provider, and not by us")
            }
            return .pending
        case .absent: return .dead(.lost, "it is gone from the provider, and not by us")
        case .created: return .created
        case .exited(let code): return ended(view.endCause, code: code)
        case .running: return running(view, minReady: minReady, now: now)
        }
    }

    private static func ended(_ cause: InstanceView.EndCause, code: Int?) -> Standing {
        let what = "it exited" + (code.map { " with code \($0)" } ?? "")
        switch cause {
        case .own where code.map(killCodes.contains) ?? true:
            return .dead(.killed, what + ": it was killed from outside")
        case .own: return .dead(.died, what)
        case .outOfMemory: return .dead(.died, what + ": out of memory")
        case .signalled: return .dead(.killed, what + ": somebody else ended it")
        case .unwatched: return .dead(.died, what + " while nobody watched")
        }
    }

    /// 128 and the number of a signal that comes from outside: SIGHUP, SIGINT, SIGKILL, SIGTERM.
    private static let killCodes = [129, 130, 137, 143]

    private static func running(_ view: InstanceView, minReady: Duration, now: Timestamp) -> Standing {
        if case .fail = view.liveness { return .dead(.notLive, "its liveness probe failed") }
        guard let since = readySince(view) else { return .starting }
        return since + minReady <= now ? .available : .ready(since: since)
    }

    /// Since when it runs, fails its readiness probe and could have served; nil where nothing can be held against it, as with
    /// a probe that has no answer.
    ///
    /// What counts is what was seen: the engine's clock need not agree with ours, and ours may be set while it runs.
    func failingSince(of revision: Revision?) -> Timestamp? {
        guard case .starting = standing, case .fail(let failingSince) = view.readiness else { return nil }
        return max(failingSince, revision?.status.retriedAt ?? failingSince)
    }

    /// Since when its set waits for it to be available.
    func waitedForSince(of revision: Revision?) -> Timestamp? {
        failingSince(of: revision)
            ?? record.metadata.creationTimestamp.map { max($0, revision?.status.retriedAt ?? $0) }
    }

    /// Unknown probe results keep what was known before.
    static func readySince(_ view: InstanceView) -> Timestamp? {
        switch view.readiness {
        case .unknown: view.record.status.readySince
        case .fail: nil
        case .pass(let since): view.record.status.readySince ?? since
        }
    }
}
