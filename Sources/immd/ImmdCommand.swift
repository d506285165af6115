import APIServer
import Ambient
import ArgumentParser
import ClusterCredentials
import InfraAPI
import Logging
import ResourceAPI

/// The daemon: store, controllers and API server in one process.
struct ImmdCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "immd",
        abstract: "Keep fleets of instances equal to their manifests by replacing them.",
        discussion: """
            Every option has an environment variable: --data-dir is IMM_DATA_DIR, and so on; those of --server, \
            --kubeconfig and --context begin with IMM_REMOTE_, since IMM_SERVER is immctl's.

            EXAMPLES
              immd                                        # data and socket in their usual places
              immd --data-dir ./data --socket ./imm.sock  # a private one
              immd --server https://HOST:7443 --kubeconfig admin.kubeconfig  # a second controller process
              immd crds | kubectl apply --server-side -f -  # teach a Kubernetes API server our kinds
              immd --store kubernetes                     # in a Pod: on the API server of its cluster
              immd --store kubernetes --kubeconfig F      # the same from outside
            """,
        version: Version.text, subcommands: [CustomResourcesCommand.self, ClusterRulesCommand.self])

    @Option(
        help: "Where the objects are: sqlite, in the data directory; or kubernetes, an API server with imm's kinds.")
    var store: StoreKind = Environment["IMM_STORE"].flatMap(StoreKind.init(rawValue:)) ?? .sqlite

    @Option(help: "Directory of the store (made with mode 0700).")
    var dataDir: String = DataDirectory.standard

    @Option(help: "Unix socket of the API (made with mode 0600).")
    var socket: String = DataDirectory.standardSocket

    @Option(help: "Address of the API on TCP with TLS, ADDRESS:PORT; none turns it off.")
    var listen: String = Environment["IMM_LISTEN"] ?? "127.0.0.1:7443"

    @Option(help: "A further name or address in the server's certificate; may be given several times.")
    var tlsSan: [String] = (Environment["IMM_TLS_SAN"] ?? "").split(separator: ",").map(String.init)

    @Option(help: "Docker engine of the default Provider, made at the first start.")
    var dockerEndpoint: String = Environment["IMM_DOCKER_ENDPOINT"] ?? "unix:///var/run/docker.sock"

    @Option(
        help: "A directory below which file:// URLs of GitSources may lie; may be given several times. None without.")
    var gitFileRoot: [String] = (Environment["IMM_GIT_FILE_ROOT"] ?? "").split(separator: ",").map(String.init)

    @Option(
        help: "Run the controllers alone, on the store of the immd there: https://HOST:PORT, or unix:///PATH.")
    var server: String?

    @Option(
        help: """
            File with an administrator's credentials at --server (and its address, where --server is left out); with \
            --store kubernetes, that of the cluster: without it, the Pod's own service account.
            """)
    var kubeconfig: String?

    @Option(help: "Context of the kubeconfig; its current one without.")
    var context: String?

    @Option(
        help: """
            With --store kubernetes: a namespace whose sets are looked after; may be given several times, or with commas. \
            All without.
            """)
    var namespace: [String] = (Environment["IMM_NAMESPACE"] ?? "").split(separator: ",").map(String.init)

    @Option(
        help: """
            With --namespace: the one Provider, by its type, where kinds without a namespace may not be read. Providers of \
            the cluster are passed over then.
            """)
    var provider: ProviderOfFlags = Environment["IMM_PROVIDER"].flatMap(ProviderOfFlags.init(rawValue:)) ?? .none

    @Option(
        help: """
            With --store kubernetes: the namespace of the leader's Lease and of the installation's Secret; without it that \
            of the Pod or of the kubeconfig's context, else imm-system.
            """)
    var systemNamespace: String = Environment["IMM_SYSTEM_NAMESPACE"] ?? ""

    @Option(
        help: """
            With --store kubernetes: address of /healthz, /livez, /readyz and /metrics over plain HTTP, ADDRESS:PORT; none \
            turns it off.
            """)
    var healthListen: String = Environment["IMM_HEALTH_LISTEN"] ?? "127.0.0.1:8086"

    @Option(help: "Id of an installation whose data was lost: a new data directory goes on under it, in its engines.")
    var installationID: String = Environment["IMM_INSTALLATION_ID"] ?? ""

    @Flag(name: .customLong("no-pods-view"), help: "Do not show Instances as Pods under /api/v1.")
    var hidesPods = Environment["IMM_NO_PODS_VIEW"] != nil

    @Option(help: "trace, debug, info, notice, warning or error.")
    var logLevel: String = Environment["IMM_LOG_LEVEL"] ?? "info"

    @Option(help: "text or json.")
    var logFormat: LogFormat = Environment["IMM_LOG_FORMAT"].flatMap(LogFormat.init(rawValue:)) ?? .text

    func validate() throws {
        guard Logger.Level(rawValue: logLevel) != nil else {
            throw ValidationError("--log-level \(logLevel): use trace, debug, info, notice, warning or error")
        }
        do throws(ListenError) {
            _ = try listenAddress()
        } catch {
            throw ValidationError("--listen: \(error.message)")
        }
        guard dockerEndpoint.hasPrefix("unix:///") else {
            throw ValidationError(
                "--docker-endpoint \(dockerEndpoint): use unix:///path; for an engine over tcp make a Provider with credentials"
            )
        }
        try validateCluster()
        if !installationID.isEmpty, !InstallationRecord.isID(installationID) {
            throw ValidationError(
                "--installation-id \(installationID): an id has 4 to 32 lower-case letters and digits")
        }
    }

    private func validateCluster() throws {
        if let text = Environment["IMM_STORE"], StoreKind(rawValue: text) == nil {
            throw ValidationError("IMM_STORE \(text): use sqlite or kubernetes")
        }
        do throws(ListenError) {
            _ = try healthAddress()
        } catch {
            throw ValidationError("--health-listen: \(error.message)")
        }
        for name in servedNamespaces + [systemNamespace] where !name.isEmpty {
            guard name.utf8.count <= 63, name.utf8.allSatisfy(ImmdCommand.isLabelByte), !name.hasPrefix("-") else {
                throw ValidationError("\(name) is no name of a namespace")
            }
        }
        if let text = Environment["IMM_PROVIDER"], ProviderOfFlags(rawValue: text) == nil {
            throw ValidationError(
                "IMM_PROVIDER \(text): use \(ProviderOfFlags.allValueStrings.joined(separator: " or "))")
        }
        guard provider == .none || !servedNamespaces.isEmpty else {
            throw ValidationError("--provider needs --namespace: without it the cluster's Providers are used")
        }
        guard store == .kubernetes else {
            guard servedNamespaces.isEmpty, systemNamespace.isEmpty else {
                throw ValidationError("--namespace and --system-namespace need --store kubernetes")
            }
            return
        }
        if server != nil || Environment["IMM_REMOTE_SERVER"] != nil {
            throw ValidationError(
                "--server and --store kubernetes exclude each other: the kubeconfig says where the cluster is")
        }
    }

    private static func isLabelByte(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D
    }

    private var servedNamespaces: [String] {
        namespace.flatMap { $0.split(separator: ",").map(String.init) }
    }

    private func healthAddress() throws(ListenError) -> ListenAddress? {
        healthListen == "none" ? nil : try ListenAddress(parsing: healthListen)
    }

    private func cluster(_ logger: Logger) throws -> ClusterDaemon {
        let access: ClusterAccess
        if let kubeconfig = kubeconfig ?? Environment["IMM_REMOTE_KUBECONFIG"] {
            let selected = try KubeconfigSelection.read(
                kubeconfig, context: context ?? Environment["IMM_REMOTE_CONTEXT"])
            if selected.isUnverified {
                logger.warning("the cluster is not verified: insecure-skip-tls-verify stands in the kubeconfig")
            }
            access = ClusterAccess(selected, environment: ProcessEnvironment.all(), .system)
        } else {
            access = try ClusterAccess.inCluster(environment: ProcessEnvironment.all(), .system)
        }
        let served = servedNamespaces
        return ClusterDaemon(
            access: access, namespaces: served.isEmpty ? nil : served,
            provider: provider.kind.map { type in
                FixedProvider(type, endpoint: type == .docker ? dockerEndpoint : nil, SystemTime())
            },
            systemNamespace: systemNamespace.isEmpty
                ? access.namespace ?? NamespaceLifecycle.system : systemNamespace,
            dataDirectory: dataDir, health: try healthAddress(),
            installationID: installationID.isEmpty ? nil : installationID, surroundings: .system, logger: logger)
    }

    /// nil: the store is ours.
    private var remote: RemoteServer? {
        let server = server ?? Environment["IMM_REMOTE_SERVER"]
        let kubeconfig = kubeconfig ?? Environment["IMM_REMOTE_KUBECONFIG"]
        guard server != nil || kubeconfig != nil else { return nil }
        return RemoteServer(
            server: server, kubeconfig: kubeconfig, context: context ?? Environment["IMM_REMOTE_CONTEXT"])
    }

    private func listenAddress() throws(ListenError) -> ListenAddress? {
        listen == "none" ? nil : try ListenAddress(parsing: listen)
    }

    func run() async throws {
        MemoryUpkeep.begin()
        let format = logFormat
        LoggingSystem.bootstrap { label in LineLogHandler(label: label, format: format) }
        var logger = Logger(label: "immd")
        logger.logLevel = Logger.Level(rawValue: logLevel) ?? .info
        do {
            if store == .kubernetes {
                try await cluster(logger).run()
                return
            }
            if let remote {
                try await RemoteControllers(
                    location: remote.location(), dataDirectory: dataDir, gitFileRoots: gitFileRoot,
                    surroundings: .system,
                    logger: logger
                ).run()
                return
            }
            try await Daemon(
                dataDirectory: dataDir, socket: socket, servesPodsView: !hidesPods, listen: try listenAddress(),
                tlsNames: tlsSan, dockerEndpoint: dockerEndpoint, gitFileRoots: gitFileRoot,
                installationID: installationID.isEmpty ? nil : installationID, surroundings: .system,
                logger: logger
            ).run()
        } catch {
            logger.error("immd cannot go on", metadata: ["error": "\(error)"])
            throw ExitCode.failure
        }
    }
}

enum LogFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case text, json
}

/// Where the Provider comes from: the cluster, or these flags.
enum ProviderOfFlags: String, ExpressibleByArgument, CaseIterable, Sendable {
    case none, docker, kubernetes

    var kind: ProviderSpec.Kind? {
        switch self {
        case .none: nil
        case .docker: .docker
        case .kubernetes: .kubernetes
        }
    }
}

enum StoreKind: String, ExpressibleByArgument, CaseIterable, Sendable {
    case sqlite, kubernetes
}
