import Ambient
import Controllers
import DiskImages
import InfraAPI
import Logging
import ProviderInterface
import QEMUProvider

/// Makes the back end of a Provider object of type qemu: a directory of its own in the data directory.
struct QEMUProviders: Sendable {
    let installation: Installation
    let dataDirectory: String
    let surroundings: Surroundings
    let logger: Logger
    private let made = Guarded<[String: QEMUProvider]>([:])

    init(installation: Installation, dataDirectory: String, surroundings: Surroundings, logger: Logger) {
        self.installation = installation
        self.dataDirectory = dataDirectory
        self.surroundings = surroundings
        self.logger = logger
    }

    func make(_ object: ProviderObject) -> any Provider { provider(object) }

    /// The images of a Provider.
    func images(of object: ProviderObject) -> DiskImageStore { provider(object).images }

    /// Whoever asks gets the same one: what it remembers is about files of one directory.
    private func provider(_ object: ProviderObject) -> QEMUProvider {
        made.withLock { made in
            if let known = made[object.name] { return known }
            let provider = QEMUProvider(
                configuration: QEMUProviderConfiguration(
                    installationID: installation.id, directory: "\(dataDirectory)/qemu/\(object.name)"),
                surroundings: surroundings, logger: logger)
            made[object.name] = provider
            return provider
        }
    }
}
