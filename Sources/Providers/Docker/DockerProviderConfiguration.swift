public import DockerEngine

/// What a `DockerProvider` is told about its installation and its host.
public struct DockerProviderConfiguration: Sendable {
    /// Names and labels every object of ours; another installation's objects are never touched.
    public var installationID: String

    /// Where files of instances are kept. Nil: `files` are not supported (an engine on another host).
    public var filesDirectory: String?

    /// The same directory under the path that the engine sees, when we run in a container ourselves.
    public var engineFilesDirectory: String?

    /// Whether an address of a container is reached from here (we run on the engine's host, and in its network).
    public var reachesContainers: Bool

    /// Credentials by registry, for pulls and digests.
    public var registryLogins: [RegistryLogin]

    /// Inspections that run at the same time while observing.
    public var maxConcurrentReads: Int

    /// The largest copy of a volume, in bytes of its archive.
    public var maxCopyBytes = 1 << 40

    /// What one copy may take, and how long it may stand still.
    public var copyTimeout = Duration.seconds(6 * 3600)
    public var copyStallTimeout = Duration.seconds(120)

    public init(
        installationID: String, filesDirectory: String? = nil,
        engineFilesDirectory: String? = nil, reachesContainers: Bool = true, registryLogins: [RegistryLogin] = [],
        maxConcurrentReads: Int = 8
    ) {
        self.installationID = installationID
        self.filesDirectory = filesDirectory
        self.engineFilesDirectory = engineFilesDirectory
        self.reachesContainers = reachesContainers
        self.registryLogins = registryLogins
        self.maxConcurrentReads = maxConcurrentReads
    }
}
