import JSON

/// What a Kubernetes API server does with Pods alone.
enum PodStrategy {
    /// The spec of a Pod cannot change, but for gates that go, images and a shorter grace.
    static func check(from old: JSONValue, to new: JSONValue) throws(ClusterRefusal) {
        var (left, right) = (old["spec"] ?? .null, new["spec"] ?? .null)
        let (before, after) = (gates(left), gates(right))
        guard after.allSatisfy(before.contains) else {
            throw .invalid("spec.schedulingGates: Forbidden: only deletion is allowed")
        }
        left["schedulingGates"] = nil
        right["schedulingGates"] = nil
        guard left == right else {
            throw .invalid("spec: Forbidden: pod updates may not change fields other than `spec.schedulingGates`")
        }
        let (had, has) = (finalizers(old), finalizers(new))
        if old["metadata"]?["deletionTimestamp"] != nil, !has.allSatisfy(had.contains) {
            throw .invalid(
                "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted")
        }
    }

    /// Binds a Pod to a node.
    static func bound(_ pod: JSONValue, to node: String) throws(ClusterRefusal) -> JSONValue {
        let name = pod["metadata"]?["name"]?.stringValue ?? ""
        if pod["metadata"]?["deletionTimestamp"] != nil {
            throw .conflict("pod \(name) is being deleted, cannot be assigned to a host")
        }
        if pod["spec"]?["nodeName"] != nil { throw .conflict("pod \(name) is already assigned to a node") }
        guard gates(pod["spec"] ?? .null).isEmpty else {
            throw .conflict("pod \(name) has non-empty .spec.schedulingGates")
        }
        var pod = pod
        pod[path: ["spec", "nodeName"]] = .string(node)
        return pod
    }

    /// A Pod without a node goes at once; one with a node only when its kubelet, or somebody by force, says 0.
    static func grace(_ object: JSONValue, _ key: ClusterKey, asked: Int64?) -> Int64 {
        guard key.resource == "/pods", object["spec"]?["nodeName"] != nil else { return 0 }
        let phase = object["status"]?["phase"]?.stringValue
        if asked == nil, phase == "Succeeded" || phase == "Failed" { return 0 }
        return asked ?? object["spec"]?["terminationGracePeriodSeconds"]?.intValue ?? 30
    }

    static func isOver(_ object: JSONValue, _ key: ClusterKey) -> Bool {
        object["metadata"]?["deletionTimestamp"] != nil && finalizers(object).isEmpty
            && (key.resource != "/pods" || object["metadata"]?["deletionGracePeriodSeconds"]?.intValue == 0)
    }

    private static func gates(_ spec: JSONValue) -> [String] {
        (spec["schedulingGates"]?.arrayValue ?? []).compactMap { $0["name"]?.stringValue }
    }

    private static func finalizers(_ object: JSONValue) -> [String] {
        (object["metadata"]?["finalizers"]?.arrayValue ?? []).compactMap(\.stringValue)
    }
}
