public import Ambient
internal import JSON
public import KubernetesAPI

/// A node's kubelet without containers, and the scheduler and volume controllers that a test needs beside it: over HTTP, on
/// any Kubernetes API.
///
/// It binds Pods without gates to its node, has their claims bound and attached, reports what their containers do, and on a
/// deletion ends them, reports that, and takes the Pod out of the API. What a container does its image's name says: see
/// `FakeProgram`. It refuses what a kubelet refuses: a Secret that is missing, root where that is ruled out.
public actor FakeKubelet {
    public nonisolated let node: String
    let api: KubernetesAPI
    let time: any TimeSource
    let namespace: String?
    /// The containers that run or ran here, by Pod uid.
    var containers: [String: FakeContainer] = [:]
    private var isLost = false

    /// - Parameter namespace: nil: of the whole cluster.
    public init(node: String = "node-a", api: KubernetesAPI, namespace: String? = nil, time: any TimeSource) {
        (self.node, self.api, self.namespace, self.time) = (node, api, namespace, time)
    }

    /// Works until the task is cancelled.
    public func run() async throws {
        try await register()
        while !Task.isCancelled {
            do {
                var version = try await syncAll()
                let watch = try await api.watch(.pods, in: namespace, from: version, timeoutSeconds: 60)
                defer { watch.cancel() }
                while let event = try await watch.next() {
                    switch event {
                    case .bookmark(let seen): version = seen
                    case .added(let pod), .modified(let pod): try await sync(FakePod(pod))
                    case .deleted(let pod): containers[FakePod(pod).uid] = nil
                    }
                }
            } catch let error as KubernetesError {
                if Task.isCancelled { return }
                guard error.kind == .expired || error.kind == .conflict || error.kind == .notFound else { throw error }
            }
        }
    }

    // MARK: faults

    /// From now on nothing is heard of the node: it neither reports nor ends what runs on it.
    public func loseNode() { isLost = true }

    /// It is there again, with all that ran on it.
    public func restoreNode() async throws {
        isLost = false
        _ = try await syncAll()
    }

    /// The container of a Pod dies of a signal.
    public func crash(podUID: String) async throws {
        guard let pod = try await find(podUID) else { return }
        containers[podUID]?.end(exitCode: 137, at: time.now)
        try await report(pod)
    }

    /// Whether a container of the Pod runs, whatever the API says: what two of one volume must never do.
    public func isRunning(podUID: String) -> Bool { containers[podUID].map { $0.exitCode == nil } ?? false }

    // MARK: work

    private func register() async throws {
        let body: JSONValue = [
            "apiVersion": "v1", "kind": "Node", "metadata": ["name": .string(node)], "spec": [:],
        ]
        do throws(KubernetesError) {
            _ = try await api.create(.nodes, in: nil, body)
        } catch {
            guard error.kind == .alreadyExists else { throw error }
        }
    }

    private func syncAll() async throws -> String {
        var pods: [FakePod] = []
        let version = try await api.forEachPage(.pods, in: namespace) { pods += $0.map { FakePod($0) } }
        for pod in pods { try await sync(pod) }
        return version
    }

    private func find(_ uid: String) async throws -> FakePod? {
        try await pods(in: namespace).first { $0.uid == uid }
    }

    /// One step of a Pod's life; the change that it makes is the next step's event.
    private func sync(_ pod: FakePod) async throws {
        if isLost { return }
        do throws(KubernetesError) {
            if pod.nodeName.isEmpty {
                try await schedule(pod)
            } else if pod.nodeName == node {
                if pod.isBeingDeleted { try await end(pod) } else { try await start(pod) }
            }
        } catch {
            // Somebody else was faster: the change that tells of it is on its way.
            guard error.kind == .conflict || error.kind == .notFound else { throw error }
        }
    }

    private func schedule(_ pod: FakePod) async throws(KubernetesError) {
        guard pod.gates.isEmpty, !pod.isBeingDeleted else { return }
        for claim in pod.claims {
            guard try await bind(claim, pod) else { return }
        }
        let target: JSONValue = [
            "apiVersion": "v1", "kind": "Binding", "metadata": ["name": .string(pod.name), "uid": .string(pod.uid)],
            "target": ["kind": "Node", "name": .string(node)],
        ]
        do throws(KubernetesError) {
            try await api.post(pod.reference, "binding", target)
        } catch {
            // A server that knows Pods as plain objects has no such subresource.
            guard error.kind == .notFound || error.statusCode == 405 else { throw error }
            let patch: JSONValue = [
                "metadata": ["uid": .string(pod.uid), "resourceVersion": .string(pod.resourceVersion)],
                "spec": ["nodeName": .string(node)],
            ]
            _ = try await api.mergePatch(pod.reference, patch)
        }
    }

    private func start(_ pod: FakePod) async throws(KubernetesError) {
        if pod.isOver || containers[pod.uid] != nil { return }
        if let flaw = try await flaw(of: pod) {
            try await setStatus(
                of: pod, FakeContainer.waiting(reason: flaw.reason, flaw.message, pod), phase: "Pending")
            return
        }
        let program = FakeProgram(image: pod.image)
        if case .refused(let reason, let message) = program {
            try await setStatus(of: pod, FakeContainer.waiting(reason: reason, message, pod), phase: "Pending")
            return
        }
        var container = FakeContainer(id: pod.uid, program: program, startedAt: time.now)
        containers[pod.uid] = container
        try await setStatus(of: pod, container.status(of: pod), phase: "Running")
        if let code = program.exitCode {
            container.end(exitCode: code, at: time.now)
            containers[pod.uid] = container
            try await report(pod)
        }
    }

    /// Ends what runs, says so, and takes the Pod away.
    private func end(_ pod: FakePod) async throws(KubernetesError) {
        if var container = containers[pod.uid] {
            if container.exitCode == nil {
                if container.program.ignoresTerm {
                    try? await time.sleep(for: .seconds(pod.graceSeconds))
                    if isLost { return }
                }
                container.end(exitCode: container.program.ignoresTerm ? 137 : 143, at: time.now)
                containers[pod.uid] = container
            }
            try await report(pod)
        } else if !pod.containerStatuses.contains(where: { $0[path: ["state", "terminated"]] != nil }) {
            try await setStatus(of: pod, FakeContainer.neverMade(pod), phase: "Failed")
        }
        for claim in pod.claims { try await detach(claim, pod) }
        try await api.delete(pod.reference, APIPreconditions(uid: pod.uid), graceSeconds: 0)
    }

    private func report(_ pod: FakePod) async throws(KubernetesError) {
        guard !isLost, let container = containers[pod.uid] else { return }
        let phase = container.exitCode.map { $0 == 0 ? "Succeeded" : "Failed" } ?? "Running"
        try await setStatus(of: pod, container.status(of: pod), phase: phase)
    }

    private func setStatus(
        of pod: FakePod, _ container: JSONValue, phase: String
    ) async throws(KubernetesError) {
        var status: JSONValue = [
            "phase": .string(phase), "podIP": "127.0.0.1", "hostIP": "127.0.0.1",
            "containerStatuses": [container],
        ]
        if pod.json["status"]?["startTime"] == nil { status["startTime"] = .string(time.now.rfc3339Seconds) }
        _ = try await api.mergePatch(
            pod.reference, ["metadata": ["uid": .string(pod.uid)], "status": status], subresource: "status")
    }
}
