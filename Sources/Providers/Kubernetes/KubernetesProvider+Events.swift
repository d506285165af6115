internal import Ambient
internal import InfraAPI
internal import JSON
internal import KubernetesAPI
public import ProviderInterface

extension KubernetesProvider {
    public func events() async throws(ProviderError) -> ProviderEvents {
        let feed = PodFeed(
            api: api, namespace: configuration.namespace, installationID: configuration.installationID,
            observation: observation)
        try await call("watch the Pods") { () throws(KubernetesError) in try await feed.begin() }
        return ProviderEvents(
            next: { () async throws(ProviderError) -> ProviderEvent? in
                try await self.call("watch the Pods") { () throws(KubernetesError) in try await feed.next() }
            },
            cancel: { feed.cancel() })
    }
}

/// Turns the changes of Pods into the events of instances' lives. One reader.
final class PodFeed: Sendable {
    private struct Seen {
        var hasStarted = false
        var hasExited = false
        var wasSignalled = false
    }

    private struct State {
        var seen: [String: Seen] = [:]
        var version = ""
        var watch: APIWatch?
        var ready: [ProviderEvent] = []
        var isCancelled = false
    }

    private let api: KubernetesAPI
    private let namespace: String?
    private let selector: APISelector
    private let observation: PodObservation
    private let state = Guarded(State())

    init(api: KubernetesAPI, namespace: String?, installationID: String, observation: PodObservation) {
        (self.api, self.namespace, self.observation) = (api, namespace, observation)
        selector = APISelector(labels: "\(ObjectLabels.installation)=\(installationID)")
    }

    /// Learns what is there, of which nothing is told.
    func begin() async throws(KubernetesError) {
        var seen: [String: Seen] = [:]
        let version = try await api.forEachPage(.pods, in: namespace, selector) { items in
            for item in items {
                let pod = Pod(item)
                var entry = Seen()
                _ = events(of: pod, &entry)
                seen[pod.uid] = entry
            }
        }
        let known = seen
        state.withLock { ($0.seen, $0.version) = (known, version) }
        // From here on nothing is missed, even before the first `next`.
        try await connect()
    }

    func cancel() {
        let watch = state.withLock { state in
            state.isCancelled = true
            return state.watch
        }
        watch?.cancel()
    }

    /// nil after `cancel`. Throws when the connection is lost, or what happened meanwhile is not known any more.
    func next() async throws(KubernetesError) -> ProviderEvent? {
        while true {
            let (ready, watch, isCancelled) = state.withLock { state in
                (state.ready.isEmpty ? nil : state.ready.removeFirst(), state.watch, state.isCancelled)
            }
            if isCancelled { return nil }
            if let ready { return ready }
            guard let watch else {
                try await connect()
                continue
            }
            guard let event = try await watch.next() else {
                if Task.isCancelled { return nil }
                state.withLock { $0.watch = nil }
                continue
            }
            take(event)
        }
    }

    private func connect() async throws(KubernetesError) {
        let version = state.withLock { $0.version }
        let watch = try await api.watch(.pods, in: namespace, selector, from: version)
        let isCancelled = state.withLock { state in
            state.watch = watch
            return state.isCancelled
        }
        if isCancelled { watch.cancel() }
    }

    private func take(_ event: APIEvent) {
        switch event {
        case .bookmark(let version): state.withLock { $0.version = version }
        case .added(let json), .modified(let json): note(Pod(json), isGone: false)
        case .deleted(let json): note(Pod(json), isGone: true)
        }
    }

    private func note(_ pod: Pod, isGone: Bool) {
        let events = state.withLock { state in
            let known = state.seen[pod.uid]
            var entry = known ?? Seen()
            var events = self.events(of: pod, &entry)
            if known == nil { events.insert(self.event(.created, pod), at: 0) }
            if isGone { events.append(self.event(.destroyed, pod)) }
            state.seen[pod.uid] = isGone ? nil : entry
            state.version = pod.resourceVersion
            return events
        }
        state.withLock { $0.ready += events }
    }

    /// What a state of a Pod tells beyond what was told before.
    private func events(of pod: Pod, _ entry: inout Seen) -> [ProviderEvent] {
        var events: [ProviderEvent] = []
        let observed = observation.state(pod)
        let ran = pod.mainStatus.map { $0.running != nil || $0.terminated?.text("startedAt").isEmpty == false } ?? false
        if ran, !entry.hasStarted {
            entry.hasStarted = true
            events.append(event(.started, pod))
        }
        if case .exited(let code) = observed {
            if !entry.hasExited { events.append(event(.exited, pod, code: code)) }
            entry.hasExited = true
        } else if pod.isBeingDeleted, !entry.wasSignalled {
            entry.wasSignalled = true
            events.append(event(.signalled, pod))
        }
        return events
    }

    private func event(_ kind: ProviderEvent.Kind, _ pod: Pod, code: Int? = nil) -> ProviderEvent {
        ProviderEvent(
            kind: kind, uid: pod.labels[ObjectLabels.uid] ?? pod.uid, providerID: pod.id.description, exitCode: code)
    }
}
