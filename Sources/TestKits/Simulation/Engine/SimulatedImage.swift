/// How the instances of one image behave at the simulated provider.
public struct SimulatedImage: Sendable, Hashable {
    /// What a tag resolves to; also what instances report.
    public var digest: String
    /// Whether the registry knows it.
    public var exists = true
    /// Virtual time of a pull, in milliseconds.
    public var pullMilliseconds = 500...3000
    /// The engine refuses to start it, with this message: evidence against the revision.
    public var startRefusal: String?
    /// From start until volumes can be plugged in, where they are.
    public var bootsWithin: Duration = .seconds(2)
    /// Whether it never unmounts a volume when it is asked to.
    public var keepsVolumes = false
    /// From start, or from the mount of the last volume that is plugged in, to the first passing probe; nil: never ready.
    public var readyAfter: Duration? = .milliseconds(300)
    /// From start to exiting by itself; nil: runs until stopped.
    public var exitsAfter: Duration?
    public var exitCode = 1
    /// From start to failing its probes for good; nil: never.
    public var failsProbesAfter: Duration?
    /// From the request to the exit; a longer one than the grace is cut off there.
    public var stopsWithin: Duration = .milliseconds(200)

    public init(digest: String) {
        self.digest = digest
    }

    /// `repository@digest`, as a revision holds it.
    func reference(of image: String) -> String { "\(SimulatedImage.repository(of: image))@\(digest)" }

    static func repository(of image: String) -> String {
        let beforeDigest = image.split(separator: "@", maxSplits: 1).first.map(String.init) ?? image
        guard let colon = beforeDigest.lastIndex(of: ":"), !beforeDigest[colon...].contains("/") else {
            return beforeDigest
        }
        return String(beforeDigest[..<colon])
    }
}
