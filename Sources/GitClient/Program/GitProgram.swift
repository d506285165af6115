public import Ambient
import Glibc
import ProcessControl

/// The real git: where it is, that it is new enough, and how it is run. One object serves all mirrors.
public final class GitProgram: Sendable {
    private let given: String?
    private let searchPath: String
    let surroundings: Surroundings
    private let found = Guarded<String?>(nil)

    /// - Parameters:
    ///   - path: of git, absolute; nil: the first one on the search path.
    ///   - searchPath: where git, and what it calls (ssh, ssh-keygen, gpg), are looked for.
    public init(
        path: String? = nil, searchPath: String = "/usr/local/bin:/usr/bin:/bin", surroundings: Surroundings
    ) {
        given = path
        self.searchPath = searchPath
        self.surroundings = surroundings
    }

    /// Path of git, once it is known to be there and new enough.
    public func path() async throws(GitError) -> String {
        if let path = found.withLock({ $0 }) { return path }
        guard let path = given ?? find("git"), path.hasPrefix("/") else {
            throw GitError(.failed, "git is not installed: nothing is called git in \(searchPath). Install git.")
        }
        let result: ProgramResult
        do {
            result = try await ProgramRunner(time: surroundings.time).run(
                ProgramCall(
                    path, ["--version"], environment: ["PATH": searchPath, "LC_ALL": "C"], directory: "/",
                    timeout: GitLimits.versionTime))
        } catch {
            throw GitError(.failed, "\(path) --version does not run: \(GitProgram.text(error)).")
        }
        let said = String(decoding: result.output, as: UTF8.self)
        guard result.isSuccess, let version = GitProgram.version(said) else {
            throw GitError(.failed, "\(path) is no git that imm knows: it calls itself '\(OutputText.line(said))'.")
        }
        let oldest = GitLimits.oldestVersion
        guard version >= oldest else {
            throw GitError(
                .failed,
                "\(path) is git \(version.0).\(version.1); imm needs \(oldest.major).\(oldest.minor) or newer. Install a newer git."
            )
        }
        found.withLock { $0 = path }
        return path
    }

    /// `git version 2.39.5 (Apple Git-154)`
    static func version(_ text: String) -> (Int, Int)? {
        guard text.hasPrefix("git version ") else { return nil }
        let parts = text.dropFirst(12).split(separator: ".", maxSplits: 2)
        guard parts.count >= 2, let major = Int(parts[0]), let minor = Int(parts[1]) else { return nil }
        return (major, minor)
    }

    /// A program on the search path.
    func find(_ name: String) -> String? {
        searchPath.split(separator: ":").map { "\($0)/\(name)" }
            .first { $0.hasPrefix("/") && access($0, X_OK) == 0 }
    }

    /// Runs git with an environment of nothing but what is given and what keeps git to itself.
    func run(
        _ arguments: [String], in place: GitPlace, settings: [String] = [], input: OpenFile? = nil,
        outputLimit: Int = 1 << 20, timeout: Duration = GitLimits.localTime,
        isExceeded: (@Sendable () -> Bool)? = nil
    ) async throws(GitError) -> ProgramResult {
        let options = (GitSettings.always + settings).flatMap { ["-c", $0] }
        return try await run(
            path(), "git \(arguments[0])", options + arguments, in: place, input: input, outputLimit: outputLimit,
            timeout: timeout, isExceeded: isExceeded)
    }

    /// Runs git or one of its helpers.
    /// - Parameter name: of what is run, for messages.
    func run(
        _ program: String, _ name: String, _ arguments: [String], in place: GitPlace, input: OpenFile? = nil,
        outputLimit: Int = 1 << 20, timeout: Duration = GitLimits.localTime,
        isExceeded: (@Sendable () -> Bool)? = nil
    ) async throws(GitError) -> ProgramResult {
        var environment = GitSettings.environment
        environment["PATH"] = searchPath
        environment["HOME"] = place.home
        // The same file for a git that does not know the variable.
        environment["GIT_CONFIG_GLOBAL"] = "\(place.home)/.gitconfig"
        environment["GIT_CEILING_DIRECTORIES"] = place.parent
        for (name, value) in place.environment { environment[name] = value }
        do throws(ProgramFailure) {
            return try await ProgramRunner(time: surroundings.time).run(
                ProgramCall(
                    program, arguments, environment: environment, directory: place.directory, input: input,
                    outputLimit: outputLimit, timeout: timeout, isExceeded: isExceeded))
        } catch {
            switch error {
            case .timedOut:
                throw GitError(.timedOut, "\(name) took longer than \(timeout.components.seconds) s")
            case .outputTooLarge, .exceeded:
                throw GitError(.tooLarge, "\(name) brought more than its limit")
            case .cancelled, .notStarted:
                throw GitError(.failed, "\(name): \(GitProgram.text(error))")
            }
        }
    }

    static func text(_ failure: ProgramFailure) -> String {
        switch failure {
        case .notStarted(let reason): "it cannot be started: \(OutputText.line(reason))"
        case .timedOut: "it took too long"
        case .outputTooLarge, .exceeded: "it brought more than its limit"
        case .cancelled: "it was ended, since nobody waits for it any more"
        }
    }
}

/// Where git runs, and what it sees there.
struct GitPlace: Sendable {
    /// Working directory; git looks for a repository nowhere above it.
    var directory: String
    /// With `.gitconfig`, if any, and nothing else of anybody.
    var home: String
    var environment: [String: String] = [:]

    /// Above the working directory.
    var parent: String {
        directory.lastIndex(of: "/").map { String(directory[..<$0]) } ?? directory
    }
}
