// swift-tools-version: 6.2
import PackageDescription

// Dependencies run one way: values <- pure <- machinery <- behaviour <- front doors <- executables.
// Tests/HouseRulesTests holds the allowed imports per layer; docs/architecture.md explains them.

let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let certificates: Target.Dependency = .product(name: "X509", package: "swift-certificates")
let asn1: Target.Dependency = .product(name: "SwiftASN1", package: "swift-asn1")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

func library(_ name: String, path: String? = nil, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: path ?? "Sources/\(name)", swiftSettings: swiftSettings)
}

func executable(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(
        name: name, dependencies: dependencies, path: "Sources/\(name)", swiftSettings: swiftSettings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
    .testTarget(
        name: name, dependencies: dependencies, path: "Tests/\(name)", exclude: exclude, swiftSettings: swiftSettings)
}

let package = Package(
    name: "imm",
    products: [
        .executable(name: "immd", targets: ["immd"]),
        .executable(name: "immctl", targets: ["immctl"]),
        .library(name: "Conformance", targets: ["Conformance"]),
        .library(name: "Simulation", targets: ["Simulation"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-system", from: "1.5.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        // System libraries and the C shim for libcurl's variadic calls.
        .systemLibrary(
            name: "CLibYAML", path: "Sources/CLibYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
        .systemLibrary(
            name: "CLibcurl", path: "Sources/CLibcurl", pkgConfig: "libcurl",
            providers: [.apt(["libcurl4-openssl-dev"])]),
        .target(name: "CShims", dependencies: ["CLibcurl"], path: "Sources/CShims"),
        .target(name: "CSpawn", path: "Sources/CSpawn"),

        // Values.
        library("Ambient"),
        library("JSON"),
        library("Telemetry", ["Ambient"]),
        library("InfraAPI", ["Ambient", "JSON", crypto]),

        // Pure.
        library("JSONPath", ["JSON"]),
        library("Manifests", ["CLibYAML", "InfraAPI", "JSON"]),
        library("Planning", ["Ambient", "InfraAPI"]),
        library("OpenAPI", ["InfraAPI", "JSON", crypto]),
        library("KubernetesProtobuf", ["Ambient", "InfraAPI", "JSON"]),

        // Machinery.
        library("ObjectStore", ["Ambient", "JSON"]),
        library(
            "ObjectStoreSQLite", ["Ambient", "JSON", "ObjectStore", .product(name: "GRDB", package: "GRDB.swift")]),
        library("ResourceAPI", ["Ambient", "InfraAPI", "JSON", "ObjectStore"]),
        library("RequestSyntax", ["ResourceAPI"]),
        library("WebSocket", ["Ambient", "JSON", crypto]),
        library("ControllerRuntime", ["Ambient", "InfraAPI", "JSON", "ResourceAPI", "Telemetry", logging]),
        library("HTTPTransport", ["CLibcurl", "CShims", "Ambient"]),
        library("PKI", ["Ambient", crypto, certificates, asn1]),
        library(
            "ProcessControl",
            [
                "Ambient", "CSpawn", .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ]),
        library("GitClient", ["Ambient", "ProcessControl"]),
        library(
            "ClusterCredentials", ["Ambient", "CShims", "HTTPTransport", "JSON", "ProcessControl"]),
        library("ImageRegistry", ["Ambient", "HTTPTransport", "JSON"]),
        library("ProviderInterface", path: "Sources/Providers/Interface", ["Ambient", "InfraAPI", "JSON"]),
        library("DiskImages", ["Ambient", "JSON", "ProcessControl", crypto]),
        library("QMP", path: "Sources/Providers/QMP", ["Ambient", "JSON"]),
        library("DockerEngine", path: "Sources/Providers/DockerEngine", ["HTTPTransport", "JSON", "Ambient"]),
        library(
            "KubernetesAPI", path: "Sources/Providers/KubernetesAPI",
            ["Ambient", "HTTPTransport", "JSON", "WebSocket"]),

        // Behaviour.
        library(
            "DockerProvider", path: "Sources/Providers/Docker",
            ["Ambient", "DockerEngine", "InfraAPI", "JSON", "ProviderInterface", logging]),
        library(
            "KubernetesProvider", path: "Sources/Providers/Kubernetes",
            ["Ambient", "InfraAPI", "JSON", "KubernetesAPI", "ProviderInterface", logging]),
        library(
            "QEMUProvider", path: "Sources/Providers/QEMU",
            [
                "Ambient", "DiskImages", "InfraAPI", "JSON", "ProcessControl", "ProviderInterface", "QMP", crypto,
                logging,
            ]),
        library(
            "Controllers",
            [
                "Ambient", "ControllerRuntime", "InfraAPI", "JSON", "Planning", "ProviderInterface", "ResourceAPI",
                "Telemetry", logging,
            ]),
        library(
            "GitOps",
            [
                "Ambient", "ControllerRuntime", "GitClient", "ImageRegistry", "InfraAPI", "JSON", "Manifests",
                "ProcessControl", "ResourceAPI", "Telemetry", crypto, logging,
            ]),

        // Front doors.
        library(
            "APIServer",
            [
                "Ambient", "InfraAPI", "JSON", "KubernetesProtobuf", "Manifests", "OpenAPI", "RequestSyntax",
                "ResourceAPI", "Telemetry", "WebSocket", logging, lifecycle,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
                "PKI", crypto,
            ]),
        library(
            "APIClient",
            ["Ambient", "ClusterCredentials", "HTTPTransport", "InfraAPI", "JSON", "ResourceAPI", "WebSocket"]),
        library(
            "ImmctlCommands",
            [
                "APIClient", "Ambient", "ClusterCredentials", "HTTPTransport", "InfraAPI", "JSON", "JSONPath",
                "Manifests", "ResourceAPI", arguments,
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]),

        // Executables.
        executable("immctl", ["Ambient", "ClusterCredentials", "ImmctlCommands"]),
        executable(
            "immd",
            [
                "APIClient", "APIServer", "Ambient", "CShims", "ClusterCredentials", "ControllerRuntime", "Controllers",
                "DiskImages", "DockerEngine", "DockerProvider", "GitClient", "GitOps", "HTTPTransport", "ImageRegistry",
                "ImmctlCommands",
                "InfraAPI", "JSON", "KubernetesAPI", "KubernetesProvider",
                "Manifests", "ObjectStore", "ObjectStoreSQLite",
                "OpenAPI", "PKI", "Planning", "ProcessControl", "ProviderInterface", "QEMUProvider", "RequestSyntax",
                "ResourceAPI",
                "Telemetry", arguments, logging,
                lifecycle,
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ]),

        // Test kits: products, so that other back ends can run the same suites.
        library(
            "Simulation", path: "Sources/TestKits/Simulation",
            [
                "Ambient", "ControllerRuntime", "Controllers", "InfraAPI", "JSON", "ObjectStore", "Planning",
                "ProviderInterface", "ResourceAPI", logging,
            ]),
        .executableTarget(
            name: "imm-simulate",
            dependencies: ["Ambient", "Simulation", arguments, logging], path: "Sources/TestKits/SimulateCommand",
            swiftSettings: swiftSettings),
        library(
            "Conformance", path: "Sources/TestKits/Conformance",
            ["Ambient", "InfraAPI", "JSON", "ObjectStore", "ProviderInterface"]),
        library("Kubelet", path: "Sources/TestKits/Kubelet", ["Ambient", "JSON", "KubernetesAPI"]),
        library("GitServers", path: "Sources/TestKits/GitServers", ["Ambient"]),
        library(
            "ClusterKit", path: "Sources/TestKits/Cluster",
            [
                "APIClient", "APIServer", "Ambient", "ClusterCredentials", "HTTPTransport", "InfraAPI", "JSON",
                "Manifests", "ObjectStore", "PKI", "ResourceAPI", logging, lifecycle,
            ]),
        library("SampleKinds", path: "Sources/TestKits/SampleKinds", ["InfraAPI", "JSON"]),

        // Tests.
        tests("JSONTests", ["JSON"]),
        tests("TelemetryTests", ["Telemetry"]),
        tests("JSONPathTests", ["JSONPath", "JSON"]),
        tests("InfraAPITests", ["InfraAPI", "JSON", "Ambient"]),
        tests("OpenAPITests", ["OpenAPI", "InfraAPI", "JSON", "Manifests"]),
        tests("KubernetesProtobufTests", ["KubernetesProtobuf", "JSON"]),
        tests("ManifestsTests", ["Manifests", "InfraAPI", "JSON"]),
        .executableTarget(
            name: "store-writer", dependencies: ["Ambient", "JSON", "ObjectStore", "ObjectStoreSQLite"],
            path: "Tests/StoreWriter", swiftSettings: swiftSettings),
        tests(
            "ObjectStoreTests",
            ["ObjectStore", "ObjectStoreSQLite", "Conformance", "JSON", "Ambient", "store-writer"]),
        tests("ResourceAPITests", ["ResourceAPI", "ObjectStore", "InfraAPI", "JSON", "SampleKinds", "Ambient"]),
        tests(
            "KubernetesProviderTests",
            [
                "Ambient", "ClusterKit", "Conformance", "HTTPTransport", "InfraAPI", "JSON", "Kubelet", "KubernetesAPI",
                "KubernetesProvider", "ProviderInterface", "RequestSyntax", "ResourceAPI", logging, lifecycle,
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
            ], exclude: ["Golden"]),
        tests("WebSocketTests", ["JSON", "WebSocket"]),
        tests("RequestSyntaxTests", ["RequestSyntax", "ResourceAPI"]),
        tests("PlanningTests", ["Planning", "InfraAPI", "Ambient"], exclude: ["Golden"]),
        tests(
            "ControllersTests",
            [
                "Controllers", "ControllerRuntime", "Planning", "ProviderInterface", "InfraAPI", "JSON", "Ambient",
                "ObjectStore", "ResourceAPI", logging,
            ]),
        tests(
            "ControllerRuntimeTests",
            [
                "ControllerRuntime", "ResourceAPI", "ObjectStore", "InfraAPI", "JSON", "Ambient", "Simulation",
                "ProviderInterface", "Telemetry", "Conformance", logging,
            ], exclude: ["Stories"]),
        tests("HTTPTransportTests", ["HTTPTransport"]),
        tests("PKITests", ["PKI", "Ambient", asn1]),
        tests(
            "DockerProviderTests",
            [
                "DockerProvider", "DockerEngine", "ProviderInterface", "Conformance", "HTTPTransport", "InfraAPI",
                "JSON", "Ambient", logging,
            ]),
        tests("QMPTests", ["QMP", "JSON", "Ambient"]),
        tests("DiskImagesTests", ["DiskImages", "ProcessControl", "Ambient"]),
        tests(
            "QEMUProviderTests",
            [
                "QEMUProvider", "QMP", "DiskImages", "ProcessControl", "ProviderInterface", "Conformance", "InfraAPI",
                "Ambient", logging,
            ]),
        tests(
            "APIServerTests",
            [
                "APIServer", "APIClient", "ResourceAPI", "ObjectStore", "HTTPTransport", "InfraAPI", "JSON", "Ambient",
                "PKI", "Telemetry", crypto, logging, lifecycle,
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ]),
        tests(
            "ImmctlTests",
            [
                "ImmctlCommands", "APIClient", "APIServer", "ClusterCredentials", "ObjectStore", "ResourceAPI",
                "InfraAPI",
                "JSON", "Ambient", arguments, logging, lifecycle,
            ]),
        tests(
            "EndToEndTests",
            [
                "APIClient", "ClusterKit", "DockerEngine", "GitClient", "GitOps", "GitServers", "HTTPTransport",
                "InfraAPI", "JSON", "ClusterCredentials", "Kubelet", "KubernetesAPI", "Manifests",
                "OpenAPI", "PKI", "ResourceAPI",
                "Ambient",
                crypto, logging, "immd", "immctl",
            ],
            exclude: ["Kubectl/Python", "Kubectl/Transcripts"]),
        tests("ProcessControlTests", ["ProcessControl", "Ambient"]),
        tests("ClusterCredentialsTests", ["Ambient", "ClusterCredentials", "HTTPTransport", "InfraAPI", "JSON"]),
        tests("GitClientTests", ["GitClient", "GitServers", "ProcessControl", "Ambient"]),
        tests("ImageRegistryTests", ["ImageRegistry", "GitServers", "HTTPTransport", "JSON", "Ambient"]),
        tests(
            "GitOpsTests",
            [
                "GitOps", "GitClient", "ControllerRuntime", "ImageRegistry", "InfraAPI", "JSON", "Ambient", "Manifests",
                "ObjectStore", "ResourceAPI", "Simulation", "Telemetry", logging,
            ]),
        tests("HouseRulesTests", []),
    ]
)

// The fuzz targets: only where libFuzzer is linked in (scripts/fuzz).
if Context.environment["IMM_FUZZ"] != nil {
    package.targets.append(
        .executableTarget(
            name: "fuzz",
            dependencies: [
                "Ambient", "InfraAPI", "JSON", "JSONPath", "KubernetesProtobuf", "Manifests", "ObjectStore",
                "RequestSyntax", "ResourceAPI", "SampleKinds",
            ], path: "Tests/Fuzz", exclude: ["Corpus", "Dictionaries"], swiftSettings: swiftSettings))
}
