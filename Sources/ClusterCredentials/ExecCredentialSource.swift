import Ambient
import JSON
import ProcessControl

/// Credentials that a program makes. It runs when there are none yet, shortly before they end, and when the server refuses them;
/// one run at a time, for everybody who waits.
final class ExecCredentialSource: CredentialSource {
    /// Of one run; a program that asks a person's browser is none for a controller.
    private static let timeout = Duration.seconds(60)
    /// How long before their end credentials are made anew.
    private static let margin = Duration.seconds(30)
    /// Between two runs, whatever the server says of what they made.
    private static let patience = Duration.seconds(10)
    private static let maximumBytes = 1 << 20

    private struct State {
        var credential: ExecCredential?
        /// Uptime of the last run's end.
        var ranAt: Duration?
        var failure: CredentialError?
    }

    private let plugin: ExecPlugin
    private let environment: [String: String]
    private let time: any TimeSource
    private let state = Guarded(State())
    private let turn = Turn()

    /// - Parameter environment: what the program has besides what the kubeconfig gives it.
    init(_ plugin: ExecPlugin, environment: [String: String], time: any TimeSource) {
        self.plugin = plugin
        self.environment = environment
        self.time = time
    }

    func current() async throws(CredentialError) -> RequestCredentials {
        if let good { return good }
        await turn.take()
        defer { turn.end() }
        // Whoever had the turn before may have made them.
        if let good { return good }
        if let failure = recent({ $0.failure }) { throw failure }
        // What the last run made ends too soon to be called good, and is all there is.
        if let short = recent({ $0.credential }) { return short.credentials }
        return try await run().credentials
    }

    func refuse(_ credentials: RequestCredentials) async -> Bool {
        let (now, patience) = (time.uptime, ExecCredentialSource.patience)
        return state.withLock { state in
            guard state.credential?.credentials == credentials else { return true }
            if let ranAt = state.ranAt, now - ranAt < patience { return false }
            state.credential = nil
            return true
        }
    }

    private var good: RequestCredentials? {
        let end = time.now + ExecCredentialSource.margin
        guard let credential = state.withLock({ $0.credential }) else { return nil }
        if let expiresAt = credential.expiresAt, expiresAt <= end { return nil }
        return credential.credentials
    }

    private func recent<Value: Sendable>(_ value: @Sendable (State) -> Value?) -> Value? {
        let now = time.uptime
        let state = state.withLock { $0 }
        guard let ranAt = state.ranAt, now - ranAt < ExecCredentialSource.patience else { return nil }
        return value(state)
    }

    private func run() async throws(CredentialError) -> ExecCredential {
        do throws(CredentialError) {
            let made = try ExecCredential(try await output(), of: plugin)
            let now = time.uptime
            state.withLock { $0 = State(credential: made, ranAt: now) }
            return made
        } catch {
            let now = time.uptime
            // Who gave up waiting says nothing of the program.
            if !Task.isCancelled {
                state.withLock { state in
                    state.ranAt = now
                    state.failure = error
                }
            }
            throw error
        }
    }

    private func output() async throws(CredentialError) -> [UInt8] {
        var environment = environment.merging(plugin.environment) { _, own in own }
        environment["KUBERNETES_EXEC_INFO"] = plugin.request.encodedString()
        let call = ProgramCall(
            try path(environment), plugin.arguments, environment: environment, directory: "/",
            outputLimit: ExecCredentialSource.maximumBytes, timeout: ExecCredentialSource.timeout)
        let result: ProgramResult
        do throws(ProgramFailure) {
            result = try await ProgramRunner(time: time).run(call)
        } catch {
            throw CredentialError(
                "\(plugin.command), which is to make the credentials, "
                    + ExecCredentialSource.sentence(error))
        }
        guard result.isSuccess else {
            let said = OutputText.line(String(decoding: result.errors, as: UTF8.self), limit: 300)
            throw CredentialError(
                "\(plugin.command), which is to make the credentials, failed (\(result.exitCode.map { "code \($0)" } ?? "a signal ended it"))"
                    + (said.isEmpty ? "" : ": \(said)"))
        }
        return result.output
    }

    private func path(_ environment: [String: String]) throws(CredentialError) -> String {
        if plugin.command.contains("/") { return plugin.command }
        let directories = (environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin").split(separator: ":")
        for directory in directories where directory.hasPrefix("/") {
            let place = "\(directory)/\(plugin.command)"
            if FileTree.isThere(place) { return place }
        }
        throw CredentialError(
            "\(plugin.command), which is to make the credentials, is not installed"
                + (plugin.installHint.map { ": \(OutputText.line($0, limit: 300))" } ?? ""))
    }

    private static func sentence(_ failure: ProgramFailure) -> String {
        switch failure {
        case .notStarted(let why): "cannot be started: \(OutputText.line(why, limit: 300))"
        case .timedOut: "did not end within \(timeout.components.seconds) s"
        case .outputTooLarge: "writes more than \(maximumBytes) bytes"
        case .exceeded, .cancelled: "was ended before it had answered"
        }
    }
}
