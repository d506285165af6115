/// What the one container of a Pod does: the last part of its image's repository says it.
///
/// - `sleep`: runs until it is stopped.
/// - `stubborn`: the same, and does not hear SIGTERM.
/// - `exit-N`: ends at once with the code N.
/// - `no-command`, `unpullable`, `root`: is refused, as the runtime, the registry and the kubelet do it.
public enum FakeProgram: Sendable, Hashable {
    case sleep
    case stubborn
    case exit(Int)
    /// With a waiting container's reason and message.
    case refused(reason: String, message: String)

    public init(image: String) {
        let repository = image.split(separator: "@").first ?? ""
        switch repository.split(separator: "/").last.map(String.init) ?? "" {
        case "stubborn": self = .stubborn
        case "no-command":
            self = .refused(
                reason: "RunContainerError",
                message: "failed to start container: exec: \"/nothing\": stat /nothing: no such file or directory")
        case "unpullable":
            self = .refused(reason: "ErrImagePull", message: "failed to resolve reference: connection refused")
        case "root":
            self = .refused(
                reason: "CreateContainerConfigError",
                message: "container has runAsNonRoot and image will run as root")
        case let name where name.hasPrefix("exit-"): self = .exit(Int(name.dropFirst(5)) ?? 0)
        default: self = .sleep
        }
    }

    var exitCode: Int? { if case .exit(let code) = self { code } else { nil } }
    var ignoresTerm: Bool { self == .stubborn }
}
