import JSON

/// Request of a person to go back to the data of snapshots: an annotation of the set, echoed in `status.restoreToken`.
///
/// `{"token": …, "volumes": {volume: snapshot}}`: each of these volumes gives its place to a new one made from the snapshot.
public struct VolumeRestoreRequest: Sendable, Hashable {
    public static let annotation = "imm.dev/restore-volumes"
    /// The longest annotation that is read, in bytes: the bound of all annotations of an object together.
    public static let longest = 256 << 10

    public let token: String
    /// Snapshot by volume, both by name.
    public let volumes: [String: String]

    public init(token: String, volumes: [String: String]) {
        self.token = token
        self.volumes = volumes
    }

    /// nil: there is none, or it cannot be read.
    public init?(_ set: InstanceSet) {
        guard let text = set.metadata.annotations[VolumeRestoreRequest.annotation],
            text.utf8.count <= VolumeRestoreRequest.longest, let json = try? JSONValue(parsing: Array(text.utf8)),
            let token = json["token"]?.stringValue, let members = json["volumes"]?.objectValue?.members
        else { return nil }
        var volumes: [String: String] = [:]
        for member in members { volumes[member.key] = member.value.stringValue }
        self.init(token: token, volumes: volumes)
    }

    /// As the annotation holds it.
    public var text: String {
        let members = volumes.sorted { $0.key < $1.key }.map { ($0.key, JSONValue.string($0.value)) }
        let document: JSONValue = ["token": .string(token), "volumes": .object(JSONObject(members))]
        return document.encodedString()
    }
}
