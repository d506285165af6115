import Ambient
import ControllerRuntime
import InfraAPI
import Planning
import ProviderInterface

/// Probes the running instances: every 100 ms until the first success, then at the probe's period. One task a probe, all of
/// them in `run()`.
public final class ProbeRunner: Sendable {
    enum Purpose: Sendable, Hashable { case readiness, liveness }

    struct Key: Sendable, Hashable {
        let uid: String
        let purpose: Purpose
    }

    struct Assignment: Sendable {
        let set: NamespacedName
        let probe: Probe
        var target: ProbeTarget?
        let provider: ProviderAgent
        let providerID: String
        let epoch: Int
        var history: ProbeHistory
        var isRunning = false
    }

    static let firstPeriod = Duration.milliseconds(100)

    private let assignments = Guarded<[Key: Assignment]>([:])
    private let news = Signal()
    private let providers: ProviderRegistry
    private let transport: any ProbeTransport
    private let time: any TimeSource
    private let onChange: @Sendable (NamespacedName) -> Void

    init(
        providers: ProviderRegistry, transport: any ProbeTransport, time: any TimeSource,
        onChange: @escaping @Sendable (NamespacedName) -> Void
    ) {
        self.providers = providers
        self.transport = transport
        self.time = time
        self.onChange = onChange
    }

    /// What the probes of one instance add up to, and why it is not ready if that is known.
    struct Results: Sendable, Hashable {
        var readiness = ProbeResult.unknown
        var liveness = ProbeResult.unknown
        var readinessTrouble: String?
    }

    /// The results for one instance; begins to probe one that runs, and ends with one that does not.
    func results(
        of record: Instance, template: InstanceTemplateSpec?, isRunning: Bool, observed: ObservedInstance?,
        now: Timestamp
    ) -> Results {
        guard isRunning, let template, let observed, let agent = providers.agent(named: record.spec.provider) else {
            forget([record.uid])
            return Results()
        }
        func history(_ purpose: Purpose, _ probe: Probe?) -> ProbeHistory? {
            guard let probe else { return nil }
            return assign(
                Key(uid: record.uid, purpose: purpose),
                Assignment(
                    set: NamespacedName(namespace: record.namespace, name: record.spec.set), probe: probe,
                    target: ProbeTarget(
                        probe, template: template, observed: observed,
                        hasRoute: agent.description?.capabilities.probeRoute ?? true), provider: agent,
                    providerID: observed.providerID, epoch: record.spec.epoch,
                    history: ProbeHistory(failureThreshold: probe.failureThreshold)))
        }
        // Without a readiness probe, running is ready.
        let readiness = history(.readiness, template.readinessProbe)
        let offset = now - steadyNow
        return Results(
            readiness: readiness?.result.moved(by: offset) ?? .pass(since: observed.startedAt ?? now),
            liveness: history(.liveness, template.livenessProbe)?.result.moved(by: offset) ?? .unknown,
            readinessTrouble: readiness?.trouble)
    }

    /// What histories are kept in: a clock that nobody sets, or an hour forward would be an hour of failing.
    private var steadyNow: Timestamp { .epoch + time.uptime }

    private func assign(_ key: Key, _ assignment: Assignment) -> ProbeHistory {
        let known = assignments.withLock { assignments -> ProbeHistory? in
            if let known = assignments[key]?.history {
                assignments[key]?.target = assignment.target
                return known
            }
            assignments[key] = assignment
            return nil
        }
        if known == nil { news.raise() }
        return known ?? assignment.history
    }

    func retain(set: NamespacedName, instances: Set<String>) {
        assignments.withLock { assignments in
            for (key, assignment) in assignments where assignment.set == set && !instances.contains(key.uid) {
                assignments[key] = nil
            }
        }
    }

    func forget(set: NamespacedName) { retain(set: set, instances: []) }

    private func forget(_ uids: [String]) {
        assignments.withLock { assignments in
            for uid in uids {
                assignments[Key(uid: uid, purpose: .readiness)] = nil
                assignments[Key(uid: uid, purpose: .liveness)] = nil
            }
        }
    }

    /// Probes until the task is cancelled.
    public func run() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                for key in takeNew() { group.addTask { await self.follow(key) } }
                await news.wait()
            }
        }
    }

    private func takeNew() -> [Key] {
        assignments.withLock { assignments in
            let new = assignments.filter { !$0.value.isRunning }.map(\.key)
            for key in new { assignments[key]?.isRunning = true }
            return new.sorted {
                ($0.uid, $0.purpose == .readiness ? 0 : 1) < ($1.uid, $1.purpose == .readiness ? 0 : 1)
            }
        }
    }

    private func follow(_ key: Key) async {
        while !Task.isCancelled, let assignment = assignments.withLock({ $0[key] }) {
            let answer = await ask(assignment, uid: key.uid)
            let now = steadyNow
            let (changed, period) = assignments.withLock { assignments -> (Bool, Duration) in
                let changed = assignments[key]?.history.add(answer, at: now) ?? false
                let isProven = if case .pass? = assignments[key]?.history.result { true } else { false }
                return (changed, isProven ? .seconds(assignment.probe.periodSeconds) : ProbeRunner.firstPeriod)
            }
            if changed { onChange(assignment.set) }
            do { try await time.sleep(for: period) } catch { return }
        }
    }

    private func ask(_ assignment: Assignment, uid: String) async -> ProbeAnswer {
        let timeout = Duration.seconds(assignment.probe.timeoutSeconds)
        switch assignment.target {
        case nil:
            return .unknown(
                "there is no route to the probe's port: publish it under ports (of an engine on this host), or probe with exec"
            )
        case .http(let host, let port, let path):
            let what = "GET http://\(host):\(port)\(path)"
            switch await transport.httpGet(host: host, port: port, path: path, timeout: timeout) {
            case .status(let code): return (200..<400).contains(code) ? .pass : .fail("\(what) answers \(code)")
            case .connected: return .fail("\(what) gives no answer")
            case .refused(let why): return .fail("\(what): \(why)")
            case .unknown(let why): return .unknown("\(what): \(why)")
            }
        case .tcp(let host, let port):
            switch await transport.tcpConnect(host: host, port: port, timeout: timeout) {
            case .connected, .status: return .pass
            case .refused(let why): return .fail("\(host):\(port): \(why)")
            case .unknown(let why): return .unknown("\(host):\(port): \(why)")
            }
        case .exec(let command): return await run(command, assignment, uid: uid, timeout: timeout)
        }
    }

    /// The command's name alone is told: its arguments may hold what is nobody's business.
    private func run(
        _ command: [String], _ assignment: Assignment, uid: String, timeout: Duration
    ) async -> ProbeAnswer {
        let name = command.first ?? ""
        let handle = InstanceHandle(
            uid: uid, fenceVolumeUID: nil, epoch: assignment.epoch, providerID: assignment.providerID)
        do throws(ProviderError) {
            let code = try await assignment.provider.provider.execute(handle, command: command, timeout: timeout)
                .exitCode
            return code == 0 ? .pass : .fail("\(name) exits with code \(code)")
        } catch {
            // A command that does not end in time has not passed; everything else is trouble on our side.
            return error.code == .unknownOutcome
                ? .fail("\(name) does not end within \(assignment.probe.timeoutSeconds) s")
                : .unknown("\(name): \(error.message)")
        }
    }
}
