internal import Ambient
internal import JSON
internal import KubernetesAPI

/// A Pod, as the kubelet looks at it.
struct FakePod {
    let json: JSONValue
    init(_ json: JSONValue) { self.json = json }

    private func text(_ path: String...) -> String { json[path: path]?.stringValue ?? "" }

    var name: String { text("metadata", "name") }
    var namespace: String { text("metadata", "namespace") }
    var uid: String { text("metadata", "uid") }
    var resourceVersion: String { text("metadata", "resourceVersion") }
    var nodeName: String { text("spec", "nodeName") }
    var isBeingDeleted: Bool { !text("metadata", "deletionTimestamp").isEmpty }
    var isOver: Bool { ["Succeeded", "Failed"].contains(text("status", "phase")) }
    var reference: APIReference { APIReference(.pods, namespace: namespace, name: name) }

    var gates: [JSONValue] { json[path: ["spec", "schedulingGates"]]?.arrayValue ?? [] }
    var containerStatuses: [JSONValue] { json[path: ["status", "containerStatuses"]]?.arrayValue ?? [] }

    var container: JSONValue { json[path: ["spec", "containers"]]?.arrayValue?.first ?? .null }
    var containerName: String { container["name"]?.stringValue ?? "" }
    var image: String { container["image"]?.stringValue ?? "" }

    /// A kubelet never takes less than a second.
    var graceSeconds: Int {
        let asked =
            json[path: ["metadata", "deletionGracePeriodSeconds"]]
            ?? json[path: ["spec", "terminationGracePeriodSeconds"]]
        return max(1, Int(asked?.intValue ?? 30))
    }

    var claims: [String] {
        (json[path: ["spec", "volumes"]]?.arrayValue ?? []).compactMap {
            $0["persistentVolumeClaim"]?["claimName"]?.stringValue
        }
    }

    /// Secrets that its volumes and variables name.
    var secrets: [String] {
        let volumes = (json[path: ["spec", "volumes"]]?.arrayValue ?? []).compactMap {
            $0["secret"]?["secretName"]?.stringValue
        }
        let variables = (container["env"]?.arrayValue ?? []).compactMap {
            $0[path: ["valueFrom", "secretKeyRef", "name"]]?.stringValue
        }
        return Array(Set(volumes + variables)).sorted()
    }

    var runsAsRootAgainstItsWill: Bool {
        let context = json[path: ["spec", "securityContext"]]
        return context?["runAsNonRoot"]?.boolValue == true && context?["runAsUser"]?.intValue == 0
    }
}

/// A container that runs or ran.
struct FakeContainer {
    let id: String
    let program: FakeProgram
    let startedAt: Timestamp
    private(set) var exitCode: Int?
    private(set) var finishedAt: Timestamp?

    init(id: String, program: FakeProgram, startedAt: Timestamp) {
        (self.id, self.program, self.startedAt) = (id, program, startedAt)
    }

    mutating func end(exitCode: Int, at time: Timestamp) {
        guard self.exitCode == nil else { return }
        (self.exitCode, finishedAt) = (exitCode, time)
    }

    func status(of pod: FakePod) -> JSONValue {
        var status = FakeContainer.base(pod)
        let containerID = JSONValue.string("fake://\(id)")
        status["containerID"] = containerID
        status["started"] = .bool(exitCode == nil)
        status["ready"] = .bool(exitCode == nil)
        guard let exitCode else {
            status["state"] = ["running": ["startedAt": .string(startedAt.rfc3339Seconds)]]
            return status
        }
        status["state"] = [
            "terminated": [
                "exitCode": .int(Int64(exitCode)), "reason": .string(exitCode == 0 ? "Completed" : "Error"),
                "startedAt": .string(startedAt.rfc3339Seconds),
                "finishedAt": .string((finishedAt ?? startedAt).rfc3339Seconds), "containerID": containerID,
            ]
        ]
        return status
    }

    /// Of one that cannot be made or started for now.
    static func waiting(reason: String, _ message: String, _ pod: FakePod) -> JSONValue {
        var status = base(pod)
        status["state"] = ["waiting": ["reason": .string(reason), "message": .string(message)]]
        return status
    }

    /// What a kubelet says at the end of a Pod whose container it never had made.
    static func neverMade(_ pod: FakePod) -> JSONValue {
        var status = base(pod)
        status["state"] = [
            "terminated": [
                "exitCode": 137, "reason": "ContainerStatusUnknown",
                "message": "The container could not be located when the pod was terminated",
            ]
        ]
        return status
    }

    private static func base(_ pod: FakePod) -> JSONValue {
        [
            "name": .string(pod.containerName), "image": .string(pod.image), "imageID": .string(pod.image),
            "restartCount": 0, "ready": false,
        ]
    }
}
