/// What a `QEMUProvider` is told about its installation and its host.
public struct QEMUProviderConfiguration: Sendable {
    /// Stands in every sidecar; what another installation made is never touched.
    public var installationID: String

    /// Where everything is: images, machines, volumes, copies. Absolute.
    public var directory: String

    /// Absolute paths of the programs.
    public var emulator = "/usr/bin/qemu-system-x86_64"
    public var qemuImage = "/usr/bin/qemu-img"
    public var makeFileSystem = "/sbin/mke2fs"
    public var copy = "/bin/cp"

    /// What a machine gets that states no limits.
    public var defaultProcessors = 1
    public var defaultMemoryBytes = 256 << 20

    /// What a guest may take until its agent says that it is ready.
    public var bootTimeout = Duration.seconds(120)

    /// What one copy of a volume may take.
    public var copyTimeout = Duration.seconds(6 * 3600)

    public init(installationID: String, directory: String) {
        self.installationID = installationID
        self.directory = directory
    }
}
