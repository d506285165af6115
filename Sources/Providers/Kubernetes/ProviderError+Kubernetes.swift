internal import KubernetesAPI
internal import ProviderInterface

extension ProviderError {
    /// The general meaning of an API's error, for calls where no status means anything special.
    init(_ error: KubernetesError, doing what: String) {
        let code: Code =
            switch error.kind {
            case .unreachable: .unreachable
            case .unknownOutcome: .unknownOutcome
            case .cancelled: .cancelled
            case .notFound: .notFound
            case .alreadyExists, .conflict, .expired, .invalid, .unauthorized, .forbidden, .tooManyRequests,
                .serverError,
                .malformedAnswer:
                .engineFailed
            }
        let hint =
            switch error.kind {
            case .unreachable: "; check that the cluster's API runs and that it is reached from here"
            case .unknownOutcome: "; a confirming read will tell"
            case .unauthorized: "; renew the credentials"
            case .forbidden: "; grant it to the identity that imm acts as (charts/imm has the roles)"
            default: ""
            }
        self.init(code, "\(what): \(error.description)\(hint)")
    }
}

/// Sorts refusals: those that the image or the template caused are evidence against the revision; for the others another node or
/// another hour may do (DESIGN "rejected").
enum Refusal {
    /// Of a create.
    static func code(_ error: KubernetesError) -> ProviderError.Code? {
        let words = error.message.lowercased()
        switch error.kind {
        case .invalid: return .startRefused
        case .forbidden where words.contains("exceeded quota"): return .quota
        case .forbidden where words.contains("violates podsecurity"): return .startRefused
        default: return nil
        }
    }

    /// Of a kubelet, by the reason with which a container waits; nil: it may still start.
    static func code(waiting reason: String, _ message: String) -> ProviderError.Code? {
        switch reason {
        case "ErrImagePull", "ImagePullBackOff", "RegistryUnavailable", "ErrImageNeverPull",
            "SignatureValidationFailed":
            return saysMissing(message) ? .imageNotFound : .pullFailed
        case "InvalidImageName": return .startRefused
        // The kubelet's own checks of user and variables.
        case "CreateContainerConfigError": return message.lowercased().contains("not found") ? nil : .startRefused
        case "CreateContainerError", "RunContainerError": return blamesTemplate(message) ? .startRefused : .engineFailed
        default: return nil
        }
    }

    /// Of a container that ended with one of these reasons without having run.
    static func code(terminated reason: String, _ message: String) -> ProviderError.Code? {
        switch reason {
        case "StartError", "ContainerCannotRun", "CreateContainerError", "RunContainerError":
            return blamesTemplate(message) ? .startRefused : .engineFailed
        default: return nil
        }
    }

    private static let template = [
        "executable file not found", "no such file or directory", "exec format error", "permission denied",
        "not a directory", "is a directory", "unable to find user", "unable to find group", "no matching entries in",
        "no command specified", "chdir to cwd", "must be an absolute path", "minimum memory limit", "working directory",
        "is not an absolute path", "read-only file system",
    ]
    /// Ours or the engine's, although they sound like the template's.
    private static let trouble = ["network", "cgroup", "seccomp", "apparmor", "no space left"]

    private static func blamesTemplate(_ message: String) -> Bool {
        let words = message.lowercased()
        if trouble.contains(where: { words.contains($0) }), !words.contains("exec:") { return false }
        return template.contains { words.contains($0) }
    }

    private static func saysMissing(_ message: String) -> Bool {
        let words = message.lowercased()
        return words.contains("not found") || words.contains("manifest unknown")
    }
}
