/// The bounds of a question to a registry. Everything that grows with what it answers has one.
public struct RegistryLimits: Sendable, Hashable {
    /// Tags of one repository; beyond them the newest could be among those that were not read.
    public var maxTags = 50_000
    /// Tags that are asked for at once; registries may give fewer.
    public var pageSize = 1_000
    public var maxPages = 1_000
    /// Of one answer, in bytes.
    public var maxResponseBytes = 4 << 20
    /// Of a bearer token, in bytes.
    public var maxTokenBytes = 16 << 10
    public var requestTimeout: Duration = .seconds(20)
    /// Of all requests that one question takes.
    public var totalTimeout: Duration = .seconds(120)

    public init() {}
}
