/// How often a controller's connection to the API misbehaves, in calls or batches of events of a thousand. All of it happens
/// to any client of a server.
public struct ClientFaults: Sendable, Hashable {
    /// Nothing was done, and the caller cannot know it.
    public var lostRequestPerMille = 0
    /// The write is done, and the answer is lost.
    public var lostAnswerPerMille = 0
    /// The answer takes up to 10 s.
    public var lateAnswerPerMille = 0
    /// Events of a watch come up to 5 s late, those after them too: caches are stale.
    public var lateEventsPerMille = 0
    /// A watch ends.
    public var brokenWatchPerMille = 0

    public init() {}

    public static let none = ClientFaults()

    /// A bad day.
    public static var rough: ClientFaults {
        var faults = ClientFaults()
        faults.lostRequestPerMille = 15
        faults.lostAnswerPerMille = 15
        faults.lateAnswerPerMille = 15
        faults.lateEventsPerMille = 60
        faults.brokenWatchPerMille = 20
        return faults
    }
}
