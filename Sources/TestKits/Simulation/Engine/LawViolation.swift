/// A law of the project that was broken, with what it takes to look at it again.
public struct LawViolation: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Law: String, Sendable, Hashable, CaseIterable {
        case neverEdited = "L1 never edited"
        case oneWriter = "L2 one writer"
        case nothingLost = "L3 nothing lost"
        case budget = "L4 budget"
        case converges = "L5 converges"
        case nothingForeign = "L6 nothing leaked, nothing foreign touched"
        case crashAnywhere = "L7 crash anywhere"
        case newestWins = "L8 newest wins"
    }

    public let law: Law
    /// Virtual uptime.
    public let time: Duration
    /// The objects it is about: kind and name or uid.
    public let objects: [String]
    public let message: String

    public init(_ law: Law, at time: Duration, objects: [String], _ message: String) {
        self.law = law
        self.time = time
        self.objects = objects
        self.message = message
    }

    public var description: String {
        "\(law.rawValue), at \(Transcript.seconds(time)) s, \(objects.joined(separator: ", ")): \(message)"
    }
}
