public import Ambient
public import DockerEngine
internal import InfraAPI
public import Logging
public import ProviderInterface

/// Containers and volumes of one Docker engine (or Podman's service of the same API).
///
/// Every object carries the installation's labels, and nothing without them is touched. Before an effect the engine's
/// identity marker is compared with the recorded one, so that an engine with another data root is never acted on.
public struct DockerProvider: Provider {
    let engine: DockerEngine
    let configuration: DockerProviderConfiguration
    let surroundings: Surroundings
    let logger: Logger
    let names: ObjectNames
    let identity: IdentityMarker
    let files: InstanceFiles?
    let inspections = InspectionCache()

    public init(
        engine: DockerEngine, configuration: DockerProviderConfiguration, surroundings: Surroundings, logger: Logger
    ) {
        self.engine = engine
        self.configuration = configuration
        self.surroundings = surroundings
        self.logger = logger
        names = ObjectNames(installationID: configuration.installationID)
        identity = IdentityMarker(engine: engine, names: names, randomness: surroundings.randomness)
        files = configuration.filesDirectory.map {
            InstanceFiles(directory: $0, engineDirectory: configuration.engineFilesDirectory ?? $0)
        }
    }

    /// The marker that is found here is what every later effect is held to.
    public func describe(recordedIdentity: String?) async throws(ProviderError) -> ProviderDescription {
        let version = try await engineCall("describe the engine") { () throws(DockerError) in
            try await engine.engineVersion()
        }
        var capabilities = ProviderCapabilities()
        capabilities.attachMode = .atCreation
        // Two containers may mount one volume: the deterministic name is the only fence.
        capabilities.fence = false
        capabilities.snapshot = true
        capabilities.resize = false
        capabilities.sizeLimit = false
        capabilities.readOnlyRoot = true
        capabilities.files = files != nil
        capabilities.probeRoute = configuration.reachesContainers
        capabilities.hostPort = true
        return ProviderDescription(
            identity: try await identity.establish(recorded: recordedIdentity), version: version.version,
            capabilities: capabilities)
    }

    public func adopt(identity wanted: String) async throws(ProviderError) {
        try await identity.adopt(wanted)
    }

    var observation: ContainerObservation {
        ContainerObservation(names: names, reachesContainers: configuration.reachesContainers)
    }
}
