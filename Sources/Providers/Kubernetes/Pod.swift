internal import Ambient
internal import JSON
internal import KubernetesAPI

/// A Pod, as far as we look at it.
struct Pod: ClusterObject {
    /// What a kubelet says of one container.
    struct ContainerStatus: Sendable {
        let json: JSONValue

        var name: String { json.text("name") }
        /// Empty: the kubelet never had a container made.
        var containerID: String { json.text("containerID") }
        var waiting: JSONValue? { json[path: ["state", "waiting"]] }
        var running: JSONValue? { json[path: ["state", "running"]] }
        var terminated: JSONValue? { json[path: ["state", "terminated"]] }
        var hasRunBefore: Bool { json[path: ["lastState", "terminated"]] != nil }
    }

    let json: JSONValue
    init(_ json: JSONValue) { self.json = json }

    var reference: APIReference { APIReference(.pods, namespace: namespace, name: name) }
    var id: PodID { PodID(namespace: namespace, name: name, uid: uid) }
    var nodeName: String { json.text("spec", "nodeName") }
    var phase: String { json.text("status", "phase") }
    var reason: String { json.text("status", "reason") }
    var gates: [String] { json.list("spec", "schedulingGates").map { $0.text("name") } }
    var isGated: Bool { gates.contains(ObjectLabels.startGate) }

    var isOver: Bool { phase == "Succeeded" || phase == "Failed" }

    var epoch: Int { labels[ObjectLabels.epoch].flatMap { Int($0) } ?? 0 }

    /// Names of all containers of its spec, also of those that admission has put in.
    var containerNames: [String] { json.list("spec", "containers").map { $0.text("name") } }
    var initContainerNames: [String] { json.list("spec", "initContainers").map { $0.text("name") } }

    /// By name: of containers, of init containers, of those that a person added for debugging.
    var statuses: [ContainerStatus] { statuses("containerStatuses") }
    var initStatuses: [ContainerStatus] { statuses("initContainerStatuses") }
    var ephemeralStatuses: [ContainerStatus] { statuses("ephemeralContainerStatuses") }

    var mainStatus: ContainerStatus? { statuses.first { $0.name == ObjectNames.container } }

    var mainContainer: JSONValue? {
        json.list("spec", "containers").first { $0.text("name") == ObjectNames.container }
    }

    var claimNames: [String] {
        json.list("spec", "volumes").map { $0.text("persistentVolumeClaim", "claimName") }.filter { !$0.isEmpty }
    }

    /// The Secret of ours that it needs; nil: none.
    func contentsName(_ names: ObjectNames) -> String? {
        annotations[PodPlan.contentsAnnotation] == nil ? nil : labels[ObjectLabels.uid].map(names.contents)
    }

    func condition(_ type: String) -> JSONValue? {
        json.list("status", "conditions").first { $0.text("type") == type }
    }

    private func statuses(_ key: String) -> [ContainerStatus] {
        json.list("status", key).map { ContainerStatus(json: $0) }
    }
}
