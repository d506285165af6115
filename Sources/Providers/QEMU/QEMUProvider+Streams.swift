internal import Ambient
internal import InfraAPI
internal import ProcessControl
public import ProviderInterface

extension QEMUProvider {
    /// The most output of a command that is returned, in bytes.
    static var outputLimit: Int { 16 << 10 }

    /// By the guest's agent. A command that does not end in time goes on running; that is thrown as `unknownOutcome`.
    public func execute(
        _ handle: InstanceHandle, command: [String], timeout: Duration
    ) async throws(ProviderError) -> ExecResult {
        let what = "run a command in the machine of instance \(handle.uid)"
        guard let machine = try locate(handle) else { throw ProviderError(.notFound, "\(what): there is no machine") }
        guard machine.record.hasAgent else {
            throw ProviderError(.notSupported, "\(what): its image has no agent")
        }
        guard try seen(machine).state == .running else {
            throw ProviderError(.engineFailed, "\(what): it does not run")
        }
        let answer = try await agent(of: machine).ask("exec", command.map(GuestWord.encode), timeout: timeout)
        guard let code = answer.first.flatMap({ Int($0) }),
            let output = answer.count > 1 ? Base64.decode(answer[1]) : []
        else { throw ProviderError(.engineFailed, "\(what): the agent's answer is none") }
        return ExecResult(exitCode: code, output: Array(output.prefix(QEMUProvider.outputLimit)))
    }

    /// What the command wrote, as the agent passed it on; of an image without an agent, the serial console.
    public func logs(_ handle: InstanceHandle, _ options: LogOptions) async throws(ProviderError) -> LogStream {
        guard let machine = try locate(handle) else {
            throw ProviderError(.notFound, "no machine of instance \(handle.uid), so there are no logs")
        }
        let follower = LogFollower(machine: machine, options: options, provider: self)
        return LogStream(
            next: { () async throws(ProviderError) -> [UInt8]? in try await follower.next() },
            cancel: { follower.cancel() })
    }
}

/// Reads a log as it grows. One reader.
private final class LogFollower: Sendable {
    private struct State {
        var offset = 0
        var lines: LogLines
        var isFirst = true
        var isCancelled = false
    }

    /// Read at once, and of what was written before anybody asked, looked back at.
    private static let pieceLimit = 1 << 20
    private static let historyLimit = 16 << 20

    private let machine: Machine
    private let options: LogOptions
    private let provider: QEMUProvider
    private let path: String
    private let state: Guarded<State>

    init(machine: Machine, options: LogOptions, provider: QEMUProvider) {
        (self.machine, self.options, self.provider) = (machine, options, provider)
        path = machine.path(machine.record.hasAgent ? MachineFile.output : MachineFile.console)
        state = Guarded(State(lines: LogLines(options, hasTimes: machine.record.hasAgent)))
    }

    func cancel() { state.withLock { $0.isCancelled = true } }

    func next() async throws(ProviderError) -> [UInt8]? {
        while true {
            guard !state.withLock({ $0.isCancelled }) else { return nil }
            // Before the read: what a machine wrote last is there when it has ended.
            let hasEnded = try !machine.hasProcess()
            let old = try history()
            let chunk = if let old { old } else { try piece() }
            if !chunk.isEmpty { return chunk }
            if state.withLock({ $0.isFirst }) { continue }
            guard options.follow, !hasEnded else {
                let rest = state.withLock { $0.lines.rest() }
                return rest.isEmpty ? nil : rest
            }
            do { try await provider.surroundings.time.sleep(for: .milliseconds(100)) } catch { return nil }
        }
    }

    /// All that is there at the beginning; nil: it was read before.
    private func history() throws(ProviderError) -> [UInt8]? {
        guard state.withLock({ $0.isFirst }) else { return nil }
        let size = FileTree.fingerprint(path)?.bytes ?? 0
        let start = max(0, size - LogFollower.historyLimit)
        let bytes = try files { () throws(FileFailure) in
            try FileTree.read(path, from: start, limit: max(1, size - start))
        }
        return state.withLock { state in
            state.isFirst = false
            state.offset = start + bytes.count
            return state.lines.take(bytes, last: options.tail)
        }
    }

    private func piece() throws(ProviderError) -> [UInt8] {
        let offset = state.withLock { $0.offset }
        let bytes = try files { () throws(FileFailure) in
            try FileTree.read(path, from: offset, limit: LogFollower.pieceLimit)
        }
        return state.withLock { state in
            state.offset += bytes.count
            return state.lines.take(bytes, last: nil)
        }
    }
}
