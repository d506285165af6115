/// How often the simulated provider misbehaves, in calls of a thousand. All of it is allowed by the Provider contract.
public struct ProviderFaults: Sendable, Hashable {
    /// Nothing was done, and the caller knows it.
    public var unreachablePerMille = 0
    /// The effect is done; the caller is told that the outcome is unknown.
    public var unknownDonePerMille = 0
    /// The effect is not done; the caller is told that the outcome is unknown.
    public var unknownNotDonePerMille = 0
    /// The outcome is unknown, and the effect comes up to half a minute later.
    public var unknownLatePerMille = 0
    /// The effect is done, and the answer takes up to a minute.
    public var lateAnswerPerMille = 0
    /// An engine error that says nothing about the revision.
    public var engineFailedPerMille = 0
    /// `observe` shows a state of up to 10 s ago.
    public var staleObservePerMille = 0
    /// `observe` leaves out some of the instances that are there, as a list made while containers come and go does.
    public var incompleteObservePerMille = 0
    /// An event is never delivered.
    public var lostEventPerMille = 0
    /// The stream of events breaks.
    public var brokenEventsPerMille = 0

    /// An instance does not unmount a volume this time.
    public var refusedDetachPerMille = 0

    public init() {}

    public static let none = ProviderFaults()

    /// A bad day.
    public static var rough: ProviderFaults {
        var faults = ProviderFaults()
        faults.unreachablePerMille = 50
        faults.unknownDonePerMille = 30
        faults.unknownNotDonePerMille = 30
        faults.unknownLatePerMille = 20
        faults.lateAnswerPerMille = 20
        faults.engineFailedPerMille = 20
        faults.staleObservePerMille = 100
        faults.incompleteObservePerMille = 50
        faults.lostEventPerMille = 100
        faults.brokenEventsPerMille = 20
        faults.refusedDetachPerMille = 100
        return faults
    }
}

/// What one call goes through.
public enum ProviderFault: Sendable, Hashable {
    case none, unreachable, unknownDone, unknownNotDone, unknownLate, lateAnswer, engineFailed
}

/// The calls of the Provider protocol, as transcripts and scripts name them.
public enum ProviderOperation: String, Sendable, Hashable, CaseIterable {
    case describe, resolve, prepare, observe, events, create, start, stop, destroy, read, createVolume, deleteVolume
    case attach, detach, resizeVolume, createSnapshot, deleteSnapshot, restoreVolume, execute, logs

    /// Whether it changes something at the provider.
    public var isEffect: Bool {
        switch self {
        case .create, .start, .stop, .destroy, .attach, .detach, .createVolume, .deleteVolume, .resizeVolume,
            .createSnapshot, .deleteSnapshot, .restoreVolume:
            true
        case .describe, .resolve, .prepare, .observe, .events, .read, .execute, .logs: false
        }
    }

    /// Usual virtual time of a call, in milliseconds.
    var latency: ClosedRange<Int> {
        switch self {
        case .describe, .observe, .read, .events, .logs: 1...20
        case .resolve: 5...200
        case .prepare: 2...10
        case .create, .destroy, .createVolume, .deleteVolume, .resizeVolume, .deleteSnapshot: 20...200
        case .createSnapshot, .restoreVolume: 100...5000
        case .start, .attach, .detach: 50...400
        case .stop: 5...20
        case .execute: 5...50
        }
    }
}
