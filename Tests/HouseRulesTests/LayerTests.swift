import Testing

/// Dependencies run one way: values <- pure <- machinery <- behaviour <- front doors <- executables.
@Suite struct LayerTests {
    /// The C libraries, wherever something asks the system.
    static let system: Set<String> = ["Glibc", "Musl", "Darwin"]

    /// GRDB's blobs are `Data`: the one reason for FoundationEssentials. Folder of a module -> what it may import of ours, and which libraries besides.
    static let allowed: [(folder: String, modules: Set<String>)] = [
        ("Sources/Ambient", ["Synchronization"]),
        ("Sources/JSON", []),
        ("Sources/Telemetry", ["Ambient"]),
        ("Sources/JSONPath", ["JSON"]),
        ("Sources/InfraAPI", ["Ambient", "JSON", "Crypto"]),
        ("Sources/Manifests", ["CLibYAML", "InfraAPI", "JSON"]),
        ("Sources/Planning", ["Ambient", "InfraAPI"]),
        ("Sources/OpenAPI", ["InfraAPI", "JSON", "Crypto"]),
        ("Sources/KubernetesProtobuf", ["Ambient", "InfraAPI", "JSON"]),
        ("Sources/ObjectStore", ["Ambient", "JSON"]),
        ("Sources/ObjectStoreSQLite", ["Ambient", "JSON", "ObjectStore", "GRDB", "FoundationEssentials"]),
        ("Sources/ResourceAPI", ["Ambient", "InfraAPI", "JSON", "ObjectStore"]),
        ("Sources/RequestSyntax", ["ResourceAPI"]),
        // The handshake's SHA-1.
        ("Sources/WebSocket", ["Ambient", "Crypto", "JSON"]),
        ("Sources/ControllerRuntime", ["Ambient", "InfraAPI", "JSON", "ResourceAPI", "Telemetry", "Logging"]),
        ("Sources/HTTPTransport", ["Ambient", "CLibcurl", "CShims"]),
        // X.509 dates are Foundation's `Date`.
        ("Sources/PKI", ["Ambient", "Crypto", "FoundationEssentials", "SwiftASN1", "X509"]),
        ("Sources/Providers/Interface", ["Ambient", "InfraAPI", "JSON"]),
        ("Sources/Providers/DockerEngine", ["Ambient", "HTTPTransport", "JSON"]),
        (
            "Sources/Providers/Docker",
            ["Ambient", "DockerEngine", "InfraAPI", "JSON", "Logging", "ProviderInterface"]
        ),
        ("Sources/Providers/KubernetesAPI", ["Ambient", "HTTPTransport", "JSON", "WebSocket"]),
        (
            "Sources/Providers/Kubernetes",
            ["Ambient", "InfraAPI", "JSON", "KubernetesAPI", "Logging", "ProviderInterface"]
        ),
        // Digests of files.
        ("Sources/DiskImages", ["Ambient", "Crypto", "JSON", "ProcessControl"]),
        ("Sources/Providers/QMP", ["Ambient", "JSON"]),
        (
            "Sources/Providers/QEMU",
            [
                "Ambient", "Crypto", "DiskImages", "InfraAPI", "JSON", "Logging", "ProcessControl", "ProviderInterface",
                "QMP",
            ]
        ),
        (
            "Sources/Controllers",
            [
                "Ambient", "ControllerRuntime", "InfraAPI", "JSON", "Logging", "Planning", "ProviderInterface",
                "ResourceAPI", "Telemetry",
            ]
        ),
        // The one module that starts programs.
        ("Sources/ProcessControl", ["Ambient", "CSpawn", "Subprocess", "SystemPackage"]),
        ("Sources/GitClient", ["Ambient", "ProcessControl"]),
        // The process environment is C's.
        ("Sources/ClusterCredentials", ["Ambient", "CShims", "HTTPTransport", "JSON", "ProcessControl"]),
        ("Sources/ImageRegistry", ["Ambient", "HTTPTransport", "JSON"]),
        (
            "Sources/GitOps",
            [
                "Ambient", "ControllerRuntime", "Crypto", "GitClient", "ImageRegistry", "InfraAPI", "JSON", "Logging",
                "Manifests", "ProcessControl", "ResourceAPI", "Telemetry",
            ]
        ),
        (
            "Sources/APIClient",
            ["Ambient", "ClusterCredentials", "HTTPTransport", "InfraAPI", "JSON", "ResourceAPI", "WebSocket"]
        ),
        (
            "Sources/TestKits/Cluster",
            [
                "APIClient", "APIServer", "Ambient", "ClusterCredentials", "HTTPTransport", "InfraAPI", "JSON",
                "Logging", "Manifests", "ObjectStore", "PKI", "ResourceAPI", "ServiceLifecycle",
            ]
        ),
        ("Sources/TestKits/Kubelet", ["Ambient", "JSON", "KubernetesAPI"]),
        ("Sources/TestKits/SampleKinds", ["InfraAPI", "JSON"]),
        ("Sources/TestKits/Conformance", ["Ambient", "InfraAPI", "JSON", "ObjectStore", "ProviderInterface"]),
    ]

    @Test(arguments: allowed.map(\.folder)) func `a module imports only what its layer may see`(folder: String) {
        let modules = LayerTests.allowed.first { $0.folder == folder }?.modules ?? []
        let files = SourceTree.sources.filter { $0.path.hasPrefix(folder + "/") }
        #expect(!files.isEmpty, "\(folder) has no files: mend the list")
        for file in files {
            for module in file.imports {
                #expect(
                    modules.contains(module) || LayerTests.system.contains(module), "\(file.path) imports \(module)")
            }
        }
    }

    @Test func `front doors do not reach below the verbs`() {
        let banned: [(folder: String, modules: Set<String>)] = [
            (
                "Sources/APIServer",
                ["Planning", "Controllers", "GitOps", "ObjectStoreSQLite", "ProviderInterface", "DockerProvider"]
            ),
            (
                "Sources/ImmctlCommands",
                ["Controllers", "GitOps", "ObjectStore", "ObjectStoreSQLite", "ProviderInterface", "DockerProvider"]
            ),
        ]
        for (folder, modules) in banned {
            for file in SourceTree.sources where file.path.hasPrefix(folder + "/") {
                for module in file.imports { #expect(!modules.contains(module), "\(file.path) imports \(module)") }
            }
        }
    }
}
