internal import Ambient
internal import JSON
internal import KubernetesAPI

/// What every object of a cluster has.
protocol ClusterObject: Sendable {
    var json: JSONValue { get }
    init(_ json: JSONValue)
}

extension ClusterObject {
    var name: String { json.text("metadata", "name") }
    var namespace: String { json.text("metadata", "namespace") }
    var uid: String { json.text("metadata", "uid") }
    var resourceVersion: String { json.text("metadata", "resourceVersion") }
    var labels: [String: String] { json.map("metadata", "labels") }
    var annotations: [String: String] { json.map("metadata", "annotations") }
    var finalizers: [String] { json.list("metadata", "finalizers").compactMap(\.stringValue) }
    var isBeingDeleted: Bool { !json.text("metadata", "deletionTimestamp").isEmpty }
}

/// A PersistentVolumeClaim.
struct Claim: ClusterObject {
    let json: JSONValue
    init(_ json: JSONValue) { self.json = json }

    var phase: String { json.text("status", "phase") }
    var requestedSize: String { json.text("spec", "resources", "requests", "storage") }
    var accessModes: [String] { json.list("spec", "accessModes").compactMap(\.stringValue) }
    /// The PersistentVolume that it is bound to; empty: to none yet.
    var volumeName: String { json.text("spec", "volumeName") }
    var reference: APIReference { APIReference(.persistentVolumeClaims, namespace: namespace, name: name) }
}

struct Node: ClusterObject {
    /// Set by a person, or by what a person has set up, who knows that the node is shut down for good.
    static let outOfServiceTaint = "node.kubernetes.io/out-of-service"

    let json: JSONValue
    init(_ json: JSONValue) { self.json = json }

    var isOutOfService: Bool {
        json.list("spec", "taints").contains { $0["key"]?.stringValue == Node.outOfServiceTaint }
    }
}

struct StorageClass: ClusterObject {
    let json: JSONValue
    init(_ json: JSONValue) { self.json = json }

    var allowsExpansion: Bool { json["allowVolumeExpansion"]?.boolValue ?? false }
    var isDefault: Bool { annotations["storageclass.kubernetes.io/is-default-class"] == "true" }
}
