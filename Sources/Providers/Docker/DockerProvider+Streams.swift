internal import Ambient
internal import DockerEngine
public import ProviderInterface

extension DockerProvider {
    /// The most output of a command that is returned, in bytes.
    static var outputLimit: Int { 16 << 10 }

    public func events() async throws(ProviderError) -> ProviderEvents {
        let label = "\(ObjectLabels.installation)=\(configuration.installationID)"
        let stream = try await engineCall("listen to the engine's events") { () throws(DockerError) in
            try await engine.events(types: ["container"], labels: [label])
        }
        return ProviderEvents(
            next: { () async throws(ProviderError) -> ProviderEvent? in
                while true {
                    let event = try await nextOrEnd("listen to the engine's events", stream)
                    guard let event else { return nil }
                    if let known = ProviderEvent(event) { return known }
                }
            },
            cancel: { stream.cancel() })
    }

    public func logs(_ handle: InstanceHandle, _ options: LogOptions) async throws(ProviderError) -> LogStream {
        guard let container = try await locate(handle) else {
            throw ProviderError(.notFound, "no container of instance \(handle.uid), so there are no logs")
        }
        var engineOptions = ContainerLogOptions()
        engineOptions.follow = options.follow
        engineOptions.tail = options.tail
        engineOptions.since = options.since
        engineOptions.timestamps = options.timestamps
        let wanted = engineOptions
        let what = "read the logs of container \(container.name)"
        let stream = try await engineCall(what) { () throws(DockerError) in
            try await engine.containerLogs(container.id, wanted)
        }
        return LogStream(
            next: { () async throws(ProviderError) -> [UInt8]? in try await nextOrEnd(what, stream)?.bytes },
            cancel: { stream.cancel() })
    }

    /// A command that does not end in time goes on running in its instance: the engine has no call that ends it. That is
    /// thrown as `unknownOutcome`.
    public func execute(
        _ handle: InstanceHandle, command: [String], timeout: Duration
    ) async throws(ProviderError) -> ExecResult {
        guard let container = try await locate(handle) else {
            throw ProviderError(.notFound, "no container of instance \(handle.uid) to run a command in")
        }
        let what = "run a command in container \(container.name)"
        let engine = engine
        let time = surroundings.time
        let result = await withTaskGroup(of: Result<ExecResult, ProviderError>?.self) { group in
            group.addTask {
                do throws(DockerError) {
                    let outcome = try await engine.execute(
                        container.id, command: command, outputLimit: DockerProvider.outputLimit)
                    return .success(ExecResult(exitCode: outcome.exitCode, output: outcome.output))
                } catch {
                    // 409: it does not run.
                    return .failure(ProviderError(error, doing: what))
                }
            }
            group.addTask {
                try? await time.sleep(for: timeout)
                return nil
            }
            defer { group.cancelAll() }
            return await group.next() ?? nil
        }
        if let result { return try result.get() }
        if Task.isCancelled { throw ProviderError(.cancelled, "\(what): cancelled") }
        throw ProviderError(.unknownOutcome, "\(what): it did not end within \(timeout)")
    }
}

/// The next element of an engine's stream; a cancelled task sees the end.
private func nextOrEnd<Element: Sendable>(
    _ what: String, _ stream: EngineStream<Element>
) async throws(ProviderError) -> Element? {
    do throws(DockerError) {
        return try await stream.next()
    } catch {
        if error.kind == .cancelled { return nil }
        throw ProviderError(error, doing: what)
    }
}

extension ProviderEvent {
    /// SIGHUP, SIGUSR1 and SIGUSR2: programs take them for messages.
    private static let messageSignals = ["1", "10", "12"]

    /// Nil for what says nothing about an instance's life (copies of volumes, exec, attach, health, signals that tell a program something).
    init?(_ event: EngineEvent) {
        // Containers of copies are nobody's instances.
        if event.attributes[ObjectLabels.copy] != nil { return nil }
        let kind: Kind
        switch event.action {
        case "create": kind = .created
        case "start": kind = .started
        // Docker's words, and Podman's.
        case "die", "died": kind = .exited
        case "destroy", "remove": kind = .destroyed
        case "kill":
            guard !ProviderEvent.messageSignals.contains(event.attributes["signal"] ?? "") else { return nil }
            kind = .signalled
        case "pause", "unpause", "rename", "update", "restart": kind = .changed
        default: return nil
        }
        let exitCode = event.attributes["exitCode"] ?? event.attributes["containerExitCode"]
        self.init(
            kind: kind, uid: event.attributes[ObjectLabels.uid] ?? event.id, providerID: event.id,
            exitCode: kind == .exited ? exitCode.flatMap { Int($0) } : nil)
    }
}
