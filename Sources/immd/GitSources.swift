import APIServer
import Ambient
import ControllerRuntime
import GitClient
import GitOps
import ImageRegistry
import Logging
import ResourceAPI
import Telemetry

/// What follows repositories in this process: our copies of them below the data directory, one a source, and the controllers
/// over them, which act as the sources themselves.
final class GitSources: Sendable {
    private let fileRoots: [String]
    private let mirrors: GitMirrors
    /// nil where kubectl is not installed.
    private let kubectl: KubectlBuilder?
    private let surroundings: Surroundings
    private let logger: Logger
    private let metrics: MetricRegistry

    /// - Parameters:
    ///   - dataDirectory: copies are made below `git/` in it.
    ///   - fileRoots: directories below which `file://` URLs may lie.
    init(
        dataDirectory: String, fileRoots: [String], _ surroundings: Surroundings, logger: Logger,
        metrics: MetricRegistry
    ) {
        self.fileRoots = fileRoots
        mirrors = GitMirrors(directory: dataDirectory + "/git", program: GitProgram(surroundings: surroundings))
        kubectl = KubectlBuilder(directory: dataDirectory + "/kustomize", surroundings)
        self.surroundings = surroundings
        self.logger = logger
        self.metrics = metrics
    }

    /// The controllers over a client, of one term.
    func controllers(_ client: any ResourceClient) -> GitOpsControllers {
        GitOpsControllers(
            client: client,
            acting: { source in AuthorizedClient(client, asGitSource: source.name, in: source.namespace) },
            repositories: { uid in self.mirrors.mirror(uid) },
            retainMirrors: { uids in await self.mirrors.retain(uids) },
            fileRoots: fileRoots, builder: kubectl?.builder, registry: RegistryClient(surroundings.time), surroundings,
            logger: logger, metrics: metrics)
    }
}
