internal import Ambient
internal import JSON
internal import KubernetesAPI
internal import ProviderInterface

extension KubernetesProvider {
    var observation: PodObservation { PodObservation(names: names, reachesPods: configuration.reachesPods) }

    /// The Pod of an instance, by its id or else by name; nil when it is gone. Never somebody else's.
    func locate(_ handle: InstanceHandle) async throws(ProviderError) -> Pod? {
        if let id = handle.providerID {
            guard let pod = try await pod(withID: id) else { return nil }
            guard isOurs(pod, uid: handle.uid) else {
                throw ProviderError(
                    .nameTaken,
                    "Pod \(id) is recorded for instance \(handle.uid), and its labels name "
                        + "\(pod.labels[ObjectLabels.uid] ?? "nobody"); it is left alone")
            }
            return pod
        }
        return try await pods(named: names.pod(handle)).first { isOurs($0, uid: handle.uid) }
    }

    /// Directly, by the id of an observation.
    func pod(withID text: String) async throws(ProviderError) -> Pod? {
        guard let id = PodID(text) else {
            throw ProviderError(.engineFailed, "\(text) is no id of a Pod (namespace/name/uid)")
        }
        let found = try await get(Pod.self, APIReference(.pods, namespace: id.namespace, name: id.name))
        return found?.uid == id.uid ? found : nil
    }

    /// Whoever has the name, in each namespace that we may act in.
    func pods(named name: String) async throws(ProviderError) -> [Pod] {
        try await objects(Pod.self, .pods, named: name)
    }

    func isOurs(_ pod: Pod, uid: String) -> Bool {
        pod.labels[ObjectLabels.installation] == configuration.installationID
            // One without a uid, or with somebody else's, is known by its own.
            && (pod.labels[ObjectLabels.uid] == uid || pod.uid == uid)
    }

    /// Directly; nil: it is not there.
    func get<Object: ClusterObject>(
        _ type: Object.Type, _ reference: APIReference
    ) async throws(ProviderError) -> Object? {
        let json = try await call("read \(reference)") { () throws(KubernetesError) in try await api.get(reference) }
        return json.map { Object($0) }
    }

    /// By name, where the namespace is not known: a list that is no older than the call.
    func objects<Object: ClusterObject>(
        _ type: Object.Type, _ resource: APIResource, named name: String
    ) async throws(ProviderError) -> [Object] {
        if let namespace = configuration.namespace {
            let reference = APIReference(resource, namespace: namespace, name: name)
            return try await get(type, reference).map { [$0] } ?? []
        }
        let selector = APISelector(fields: "metadata.name=\(name)")
        return try await all(type, resource, in: nil, selector)
    }

    /// A whole list, in pages. One whose pages have expired is begun again.
    func all<Object: ClusterObject>(
        _ type: Object.Type, _ resource: APIResource, in namespace: String?, _ selector: APISelector
    ) async throws(ProviderError) -> [Object] {
        try await call("list the \(resource.plural)") { () throws(KubernetesError) in
            for attempt in 1...3 {
                var objects: [Object] = []
                do throws(KubernetesError) {
                    try await api.forEachPage(resource, in: namespace, selector) { objects += $0.map { Object($0) } }
                    return objects
                } catch {
                    guard error.kind == .expired, attempt < 3 else { throw error }
                }
            }
            return []
        }
    }

    /// Looks at a Pod again and again until `judge` has an answer or the time is over; nil: the time is over.
    ///
    /// - Parameter judge: of the Pod as it is, nil when it is gone.
    func watch<Answer: Sendable>(
        _ pod: Pod, for timeout: Duration, _ judge: (Pod?) async throws(ProviderError) -> Answer?
    ) async throws(ProviderError) -> Answer? {
        let end = surroundings.time.uptime + timeout
        var pause = Duration.milliseconds(25)
        while true {
            let now = try await get(Pod.self, pod.reference)
            if let answer = try await judge(now?.uid == pod.uid ? now : nil) { return answer }
            guard surroundings.time.uptime < end else { return nil }
            do {
                try await surroundings.time.sleep(for: pause)
            } catch {
                throw ProviderError(.cancelled, "cancelled while Pod \(pod.namespace)/\(pod.name) was waited for")
            }
            pause = min(pause * 2, configuration.longestPause)
        }
    }
}
