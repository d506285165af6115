/// How much input the loader takes on.
public struct ManifestLimits: Sendable, Hashable {
    /// Bytes of all inputs together.
    public var maximumInputBytes: Int
    /// Bytes of one object as JSON; also what the aliases of one document may expand to.
    public var maximumObjectBytes: Int
    /// Mappings and sequences inside one another.
    public var maximumDepth: Int
    /// After so many diagnostics the rest is left out.
    public var maximumDiagnostics: Int

    /// 64 MiB of input, 1.5 MiB an object (what a Kubernetes API server stores), depth 100, 1000 diagnostics.
    public static let `default` = ManifestLimits()

    public init(
        maximumInputBytes: Int = 64 << 20, maximumObjectBytes: Int = 3 << 19, maximumDepth: Int = 100,
        maximumDiagnostics: Int = 1000
    ) {
        self.maximumInputBytes = maximumInputBytes
        self.maximumObjectBytes = maximumObjectBytes
        self.maximumDepth = maximumDepth
        self.maximumDiagnostics = maximumDiagnostics
    }
}
