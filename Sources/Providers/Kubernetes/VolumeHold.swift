internal import JSON

/// Which Pod may write on a claim, from its start to its receipt, as an annotation of the claim.
///
/// A Pod can be forced out of the API while its containers run on. Its name is then free, and nothing of it is left to ask: what
/// is left is this note, without which its absence would be taken for its end.
struct VolumeHold: Sendable, Hashable {
    var instanceUID: String
    var epoch: Int
    var podUID: String
    /// Empty until it is known.
    var node: String

    init(instanceUID: String, epoch: Int, podUID: String, node: String = "") {
        (self.instanceUID, self.epoch, self.podUID, self.node) = (instanceUID, epoch, podUID, node)
    }

    /// nil: nobody holds it.
    init?(_ claim: Claim) {
        guard let text = claim.annotations[ObjectLabels.holder],
            let json = try? JSONValue(parsing: text.utf8.map { $0 })
        else { return nil }
        self.init(
            instanceUID: json.text("instance"), epoch: Int(json["epoch"]?.intValue ?? 0), podUID: json.text("pod"),
            node: json.text("node"))
    }

    var text: String {
        var json: JSONValue = [
            "instance": .string(instanceUID), "epoch": .int(Int64(epoch)), "pod": .string(podUID),
        ]
        if !node.isEmpty { json["node"] = .string(node) }
        return json.encodedString()
    }

    /// The patch of a claim at the version that was read.
    static func patch(_ hold: VolumeHold?, on claim: Claim) -> JSONValue {
        [
            "metadata": [
                "uid": .string(claim.uid), "resourceVersion": .string(claim.resourceVersion),
                "annotations": [(ObjectLabels.holder): hold.map { .string($0.text) } ?? .null],
            ]
        ]
    }
}
