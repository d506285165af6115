// swift-tools-version: 6.2
import PackageDescription

// A package of its own without dependencies: it speaks to release binaries of immd and immctl and to an engine from outside,
// as a user does, so nothing of the repository is built twice for it.
let package = Package(
    name: "imm-benchmarks",
    targets: [
        .executableTarget(
            name: "imm-bench", path: "Sources/ImmBench",
            swiftSettings: [
                .swiftLanguageMode(.v6),
                .enableUpcomingFeature("ExistentialAny"),
                .enableUpcomingFeature("MemberImportVisibility"),
                .enableUpcomingFeature("InternalImportsByDefault"),
                .treatAllWarnings(as: .error),
            ])
    ]
)
