/// A point on the wall clock, in microseconds since 1970-01-01T00:00:00Z.
///
/// The wire has two forms of it: `metav1.Time` (whole seconds) in object metadata and `metav1.MicroTime` in our own
/// status fields, where windows of less than a second are decided on.
public struct Timestamp: Sendable, Hashable, Comparable {
    public var microsecondsSinceEpoch: Int64

    public init(microsecondsSinceEpoch: Int64) {
        self.microsecondsSinceEpoch = microsecondsSinceEpoch
    }

    public static let epoch = Timestamp(microsecondsSinceEpoch: 0)

    public static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.microsecondsSinceEpoch < right.microsecondsSinceEpoch
    }

    /// The time from `right` to `left`; negative when `left` is the earlier one.
    public static func - (left: Timestamp, right: Timestamp) -> Duration {
        .microseconds(left.microsecondsSinceEpoch - right.microsecondsSinceEpoch)
    }

    public static func + (left: Timestamp, right: Duration) -> Timestamp {
        let (seconds, attoseconds) = right.components
        return Timestamp(
            microsecondsSinceEpoch: left.microsecondsSinceEpoch + seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
    }

    public static func - (left: Timestamp, right: Duration) -> Timestamp {
        left + (.zero - right)
    }
}
