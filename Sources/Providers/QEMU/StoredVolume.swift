internal import InfraAPI
internal import JSON
internal import ProviderInterface

/// A volume, or a copy of one, as its directory has it.
struct StoredVolume: Sendable {
    static let record = "volume.json"
    /// Written anew by whoever gets the volume: copies under way end.
    static let claim = "claimed.json"

    let directory: String
    var installation: String
    var uid: String
    /// Of a copy: the number of the try.
    var attempt: Int?
    var set: String?
    var slot: Int?
    var claim: String?
    var size: Int?

    var disk: String { directory + "/disk" }

    func isOurs(_ configuration: QEMUProviderConfiguration) -> Bool { installation == configuration.installationID }

    var observed: ObservedVolume {
        ObservedVolume(
            uid: uid, providerID: uid, set: set, slot: slot, claim: claim, size: size.map { Quantity(bytes: $0) })
    }

    init(directory: String, creation: VolumeCreation, installation: String) {
        self.directory = directory
        self.installation = installation
        uid = creation.uid
        (set, slot, claim, size) = (creation.set, creation.slot, creation.claim, creation.size.bytes)
    }

    init?(directory: String, json: JSONValue) {
        guard let installation = json["installation"]?.stringValue, let uid = json["uid"]?.stringValue else {
            return nil
        }
        (self.directory, self.installation, self.uid) = (directory, installation, uid)
        attempt = json["attempt"]?.intValue.map { Int($0) }
        set = json["set"]?.stringValue
        slot = json["slot"]?.intValue.map { Int($0) }
        claim = json["claim"]?.stringValue
        size = json["size"]?.intValue.map { Int($0) }
    }

    var json: JSONValue {
        var value: JSONValue = ["installation": .string(installation), "uid": .string(uid)]
        value["attempt"] = attempt.map { .int(Int64($0)) }
        value["set"] = set.map { .string($0) }
        value["slot"] = slot.map { .int(Int64($0)) }
        value["claim"] = claim.map { .string($0) }
        value["size"] = size.map { .int(Int64($0)) }
        return value
    }
}
