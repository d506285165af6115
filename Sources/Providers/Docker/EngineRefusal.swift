internal import DockerEngine
internal import ProviderInterface

/// Sorts the refusals of create and start: those that the image or the template caused are evidence against the
/// revision; for the others another host or another hour may do (DESIGN "rejected").
///
/// The engine gives no codes, so that its words decide; they are those of Docker 20.10 to 28, containerd and runc.
/// Words that are not known here count as engine trouble, which blames nobody.
enum EngineRefusal {
    private static let portTaken = ["port is already allocated", "address already in use"]

    private static let quota = [
        "no space left on device", "disk quota exceeded", "cannot allocate memory", "too many open files",
        "resource temporarily unavailable", "range of cpus is from", "no child processes", "maximum number of",
    ]

    /// Ours or the engine's, although they sound like the template's.
    private static let trouble = ["bind source path does not exist", "network", "cgroup", "seccomp", "apparmor"]

    private static let template = [
        "executable file not found", "no such file or directory", "exec format error", "permission denied",
        "not a directory", "is a directory", "unable to find user", "unable to find group", "no matching entries in",
        "no command specified", "chdir to cwd", "invalid mount", "mount destination", "must be an absolute path",
        "duplicate mount point", "minimum memory limit", "invalid environment variable", "invalid reference format",
        "invalid user", "working directory", "is not an absolute path", "read-only file system",
    ]

    static func code(_ error: DockerError) -> ProviderError.Code? {
        guard error.kind == .badRequest || error.kind == .serverError || error.kind == .conflict else { return nil }
        let words = error.engineMessage.lowercased()
        func says(_ phrases: [String]) -> Bool { phrases.contains { words.contains($0) } }
        if says(portTaken) { return .portTaken }
        if says(quota) { return .quota }
        // A file or directory that the program lacks is told with the words of the runtime; the rest of the engine
        // uses the same words for trouble of its own.
        if says(trouble), !words.contains("exec:") { return .engineFailed }
        return says(template) ? .startRefused : .engineFailed
    }
}
