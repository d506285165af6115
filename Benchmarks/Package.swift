// swift-tools-version: 6.2
import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

// A package of its own: it speaks to release binaries of immd and immctl and to an engine from outside, as a user does, so
// nothing of the repository is built twice for it. Only the load on the API over TLS needs a dependency.
let package = Package(
    name: "imm-benchmarks",
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    ],
    targets: [
        .target(name: "BenchKit", swiftSettings: swiftSettings),
        .executableTarget(
            name: "imm-bench", dependencies: ["BenchKit"], path: "Sources/ImmBench", swiftSettings: swiftSettings),
        .executableTarget(
            name: "imm-bench-api",
            dependencies: [
                "BenchKit",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            path: "Sources/ImmBenchAPI", swiftSettings: swiftSettings),
    ]
)
