import Ambient
import Controllers
import DockerEngine
import DockerProvider
import InfraAPI
import Logging

/// The back ends that immd has.
enum ProviderFactory {
    /// - Parameter dataDirectory: where files that instances mount are kept, in `files`. Processes on one host share it.
    static func standard(
        _ installation: Installation, dataDirectory: String, _ surroundings: Surroundings, _ logger: Logger
    ) -> ControllerSet.ProviderFactory {
        let files = dataDirectory + "/files"
        return { object in
            guard object.spec.type == .docker else { return nil }
            let endpoint = object.spec.endpoint ?? "unix:///var/run/docker.sock"
            let path = endpoint.hasPrefix("unix://") ? String(endpoint.dropFirst("unix://".count)) : endpoint
            return DockerProvider(
                engine: DockerEngine(socketPath: path, time: surroundings.time),
                configuration: DockerProviderConfiguration(installationID: installation.id, filesDirectory: files),
                surroundings: surroundings, logger: logger)
        }
    }
}
