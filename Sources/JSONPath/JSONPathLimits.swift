/// What bounds a template: its text when it is read, the work and the output when it is followed.
public struct JSONPathLimits: Sendable, Hashable {
    /// Of the template, in Unicode scalars.
    public var maximumLength = 16_384
    /// Of ranges, filters and unions in one another.
    public var maximumDepth = 16
    /// Values that are looked at while one template is followed.
    public var maximumVisits = 20_000_000
    public var maximumOutputBytes = 256 << 20

    public init() {}

    public static let `default` = JSONPathLimits()
}
