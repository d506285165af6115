import Ambient
import InfraAPI
import JSON

/// `status` of the Pod that an Instance is shown as (Kubernetes' `PodStatus`).
struct PodStatus {
    let instance: Instance

    /// Kubernetes' five phases. An instance that is being stopped still runs.
    var phase: String {
        let status = instance.status
        if status.finishedAt != nil || status.exitCode != nil { return status.exitCode == 0 ? "Succeeded" : "Failed" }
        switch status.phase {
        case "Running", "Ready", "Available", "Stopping": return "Running"
        case "Failed", "Stopped": return "Failed"
        default: return "Pending"
        }
    }

    var isReady: Bool { phase == "Running" && instance.status.readySince != nil }

    /// What kubectl prints under STATUS.
    var summary: String {
        if instance.metadata.deletionTimestamp != nil { return "Terminating" }
        switch phase {
        case "Pending": return "ContainerCreating"
        case "Succeeded": return "Completed"
        case "Failed": return instance.status.reason ?? "Error"
        default: return phase
        }
    }

    /// - Parameter image: as the user wrote it; empty when nobody knows any more.
    func json(image: String) -> JSONValue {
        let status = instance.status
        var json: JSONValue = [
            "phase": .string(phase), "conditions": conditions, "qosClass": "BestEffort",
            "containerStatuses": [containerStatus(image: image)],
        ]
        json["startTime"] = (status.createdAt ?? status.startedAt).map(PodStatus.time)
        if let host = status.address.map(PodStatus.host), !host.isEmpty {
            json["podIP"] = .string(host)
            json["podIPs"] = [["ip": .string(host)]]
        }
        if phase == "Failed" || phase == "Pending" {
            json["reason"] = status.reason.map(JSONValue.string)
            json["message"] = status.message.map(JSONValue.string)
        }
        return json
    }

    private var conditions: JSONValue {
        let status = instance.status
        let made = status.createdAt ?? instance.metadata.creationTimestamp
        let ready = isReady ? status.readySince : status.finishedAt ?? made
        return [
            condition("PodScheduled", true, since: instance.metadata.creationTimestamp),
            condition("Initialized", true, since: made),
            condition("ContainersReady", isReady, since: ready), condition("Ready", isReady, since: ready),
        ]
    }

    private func condition(_ type: String, _ isTrue: Bool, since: Timestamp?) -> JSONValue {
        var condition: JSONValue = ["type": .string(type), "status": isTrue ? "True" : "False"]
        condition["lastTransitionTime"] = since.map(PodStatus.time)
        if !isTrue { condition["reason"] = "ContainersNotReady" }
        return condition
    }

    private func containerStatus(image: String) -> JSONValue {
        let status = instance.status
        let id = status.providerID.map { JSONValue.string("\(instance.spec.provider)://\($0)") }
        var json: JSONValue = [
            "name": .string(PodSpec.containerName(of: instance)), "ready": .bool(isReady), "restartCount": 0,
            "started": .bool(phase == "Running"), "image": .string(image),
            "imageID": .string(status.imageDigest ?? ""), "state": state(id),
        ]
        json["containerID"] = id
        return json
    }

    private func state(_ id: JSONValue?) -> JSONValue {
        let status = instance.status
        var details: JSONValue = [:]
        switch phase {
        case "Running":
            details["startedAt"] = status.startedAt.map(PodStatus.time)
            return ["running": details]
        case "Pending":
            details["reason"] = "ContainerCreating"
            details["message"] = status.message.map(JSONValue.string)
            return ["waiting": details]
        default:
            details["exitCode"] = .int(Int64(status.exitCode ?? 255))
            details["reason"] = .string(status.exitCode == 0 ? "Completed" : status.reason ?? "Error")
            details["message"] = status.message.map(JSONValue.string)
            details["startedAt"] = status.startedAt.map(PodStatus.time)
            details["finishedAt"] = status.finishedAt.map(PodStatus.time)
            details["containerID"] = id
            return ["terminated": details]
        }
    }

    private static func time(_ timestamp: Timestamp) -> JSONValue { .string(timestamp.rfc3339Seconds) }

    /// An address without its port: `host`, `host:port` or `[host]:port`.
    private static func host(_ address: String) -> String {
        if address.hasPrefix("[") { return String(address.dropFirst().prefix { $0 != "]" }) }
        let parts = address.split(separator: ":", omittingEmptySubsequences: false)
        return parts.count == 2 ? String(parts[0]) : address
    }
}
