import APIServer
import Ambient
import ControllerRuntime
import GitClient
import GitOps
import ImageRegistry
import Logging
import ProcessControl
import ResourceAPI
import Telemetry

/// What follows repositories in this process: our copies of them below the data directory, one a source, and the controllers
/// over them, which act as the sources themselves.
final class GitSources: Sendable {
    private let directory: String
    private let fileRoots: [String]
    private let program: GitProgram
    /// nil where kubectl is not installed.
    private let kubectl: KubectlBuilder?
    private let surroundings: Surroundings
    private let logger: Logger
    private let metrics: MetricRegistry
    /// By the source's uid: one object a directory, so that its calls come one after the other.
    private let mirrors = Guarded<[String: GitMirror]>([:])

    /// - Parameters:
    ///   - dataDirectory: copies are made below `git/` in it.
    ///   - fileRoots: directories below which `file://` URLs may lie.
    init(
        dataDirectory: String, fileRoots: [String], _ surroundings: Surroundings, logger: Logger,
        metrics: MetricRegistry
    ) {
        directory = dataDirectory + "/git"
        self.fileRoots = fileRoots
        program = GitProgram(surroundings: surroundings)
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
            repositories: { uid in self.mirror(uid) }, retainMirrors: { uids in self.retain(uids) },
            fileRoots: fileRoots, builder: kubectl?.builder, registry: RegistryClient(surroundings.time), surroundings,
            logger: logger, metrics: metrics)
    }

    private func mirror(_ uid: String) -> GitMirror {
        mirrors.withLock { mirrors in
            if let mirror = mirrors[uid] { return mirror }
            let mirror = GitMirror(directory: "\(directory)/\(uid)", program: program)
            mirrors[uid] = mirror
            return mirror
        }
    }

    private func retain(_ uids: Set<String>) {
        mirrors.withLock { mirrors in mirrors = mirrors.filter { uids.contains($0.key) } }
        for entry in FileTree.entries(directory) where !uids.contains(entry.name) {
            FileTree.remove("\(directory)/\(entry.name)")
        }
    }
}
