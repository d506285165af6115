public import Ambient
public import DiskImages
internal import InfraAPI
public import Logging
public import ProviderInterface

/// Virtual machines of this host: one QEMU process each, which outlives us, and files in one directory. There is no daemon and
/// no database: the directory is read each time.
public struct QEMUProvider: Provider {
    let configuration: QEMUProviderConfiguration
    let surroundings: Surroundings
    let logger: Logger
    let state: StateDirectory
    let identity: IdentityMarker
    let ledger = InstanceLedger()
    let agents = Guarded<[String: GuestAgent]>([:])
    let starting = Guarded<Set<String>>([])
    private let abilities = Guarded<EmulatorAbilities?>(nil)

    /// The images of this provider.
    public let images: DiskImageStore

    public init(configuration: QEMUProviderConfiguration, surroundings: Surroundings, logger: Logger) {
        self.configuration = configuration
        self.surroundings = surroundings
        self.logger = logger
        state = StateDirectory(path: configuration.directory, randomness: surroundings.randomness)
        identity = IdentityMarker(state: state, installationID: configuration.installationID)
        images = DiskImageStore(
            directory: state.store, qemuImage: configuration.qemuImage, surroundings: surroundings)
    }

    public func describe(recordedIdentity: String?) async throws(ProviderError) -> ProviderDescription {
        let found = try await emulator()
        var capabilities = ProviderCapabilities()
        capabilities.attachMode = .atCreation
        // QEMU locks the images that it opens for writing.
        capabilities.fence = true
        capabilities.snapshot = true
        capabilities.resize = false
        capabilities.sizeLimit = true
        capabilities.readOnlyRoot = true
        capabilities.files = false
        capabilities.probeRoute = true
        capabilities.hostPort = true
        return ProviderDescription(
            identity: try identity.establish(recorded: recordedIdentity), version: found.description,
            capabilities: capabilities)
    }

    public func adopt(identity wanted: String) async throws(ProviderError) {
        try identity.adopt(wanted)
    }

    /// What QEMU is here; asked once.
    func emulator() async throws(ProviderError) -> EmulatorAbilities {
        if let known = abilities.withLock({ $0 }) { return known }
        let found = try await EmulatorAbilities.find(configuration, surroundings)
        abilities.withLock { $0 = found }
        return found
    }

    // MARK: images

    public func resolve(image: String, askRegistryFirst: Bool) async throws(ProviderError) -> String {
        try imageCall { () throws(DiskImageError) in try images.digest(of: image) }
    }

    public func prepare(image: String) async throws(ProviderError) {
        do throws(DiskImageError) {
            _ = try await images.verify(image)
        } catch {
            throw ProviderError(error)
        }
    }

    func imageCall<Result>(_ body: () throws(DiskImageError) -> Result) throws(ProviderError) -> Result {
        do throws(DiskImageError) { return try body() } catch { throw ProviderError(error) }
    }
}

extension ProviderError {
    init(_ error: DiskImageError) {
        switch error.code {
        case .notFound: self.init(.imageNotFound, error.message)
        case .refused: self.init(.pullFailed, error.message)
        case .inUse, .failed: self.init(.engineFailed, error.message)
        }
    }
}
