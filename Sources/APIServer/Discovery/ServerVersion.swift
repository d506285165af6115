import JSON

/// What `/version` says: clients compare `gitVersion` with what they need of Kubernetes, so that it names the release
/// whose API we follow, and imm's own version after it.
enum ServerVersion {
    private static let kubernetesMajor = "1"
    private static let kubernetesMinor = "35"

    static func json(immVersion: String) -> JSONValue {
        #if arch(arm64)
            let architecture = "arm64"
        #else
            let architecture = "amd64"
        #endif
        return [
            "major": .string(kubernetesMajor), "minor": .string(kubernetesMinor),
            "gitVersion": .string("v\(kubernetesMajor).\(kubernetesMinor).0+imm-\(immVersion)"),
            "gitCommit": "", "gitTreeState": "clean", "buildDate": "1970-01-01T00:00:00Z", "goVersion": "",
            "compiler": "swiftc", "platform": .string("linux/\(architecture)"), "immVersion": .string(immVersion),
        ]
    }
}
