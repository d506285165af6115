public import InfraAPI
public import JSON

/// What garbage collection needs to know of an object.
public struct GarbageObject: Sendable, Hashable {
    public let reference: ObjectReference
    public let uid: String
    public let owners: [OwnerReference]
    public let finalizers: [String]
    public let isBeingDeleted: Bool

    public init(
        reference: ObjectReference, uid: String, owners: [OwnerReference], finalizers: [String], isBeingDeleted: Bool
    ) {
        self.reference = reference
        self.uid = uid
        self.owners = owners
        self.finalizers = finalizers
        self.isBeingDeleted = isBeingDeleted
    }

    /// From a stored object, whole or reduced to its metadata.
    public init(_ object: JSONValue, _ type: ResourceType) {
        let references = object["metadata"]?["ownerReferences"]?.arrayValue ?? []
        self.init(
            reference: ObjectReference(
                type, namespace: object.metadataText("namespace"), name: object.metadataText("name")),
            uid: object.metadataText("uid"), owners: references.map(OwnerReference.init(reading:)),
            finalizers: object.finalizers, isBeingDeleted: object.isBeingDeleted)
    }

    /// Waits until what it owns is gone.
    var isForegroundDeleted: Bool { isBeingDeleted && finalizers.contains(PropagationFinalizer.foreground) }
    /// Waits until what it owns is released.
    var isOrphaning: Bool { isBeingDeleted && finalizers.contains(PropagationFinalizer.orphan) }
}

extension OwnerReference {
    fileprivate init(reading json: JSONValue) {
        self.init()
        apiVersion = json["apiVersion"]?.stringValue ?? ""
        kind = json["kind"]?.stringValue ?? ""
        name = json["name"]?.stringValue ?? ""
        uid = json["uid"]?.stringValue ?? ""
        controller = json["controller"]?.boolValue
        blockOwnerDeletion = json["blockOwnerDeletion"]?.boolValue
    }
}
