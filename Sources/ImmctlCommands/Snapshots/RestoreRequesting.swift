import Ambient
import InfraAPI
import JSON
import ResourceAPI

/// Asks a set to go back to older data, and waits until the controller has taken that up or refused it.
struct RestoreRequesting: Sendable {
    let set: ObjectReference
    let client: any ResourceClient
    let time: any TimeSource
    /// How long the controller may take.
    static let patience = Duration.seconds(60)

    /// The annotation, as part of a patch of the set.
    static func patch(_ request: VolumeRestoreRequest) throws(CommandFailure) -> JSONValue {
        guard request.text.utf8.count <= VolumeRestoreRequest.longest else {
            throw CommandFailure(
                .failed, "the request names \(request.volumes.count) volumes, which is more than an annotation holds",
                hints: ["go back slot by slot: `immctl volume snapshot restore`"])
        }
        let annotations = JSONObject([(VolumeRestoreRequest.annotation, .string(request.text))])
        return ["metadata": ["annotations": .object(annotations)]]
    }

    /// - Throws: what the controller refused it for.
    func await(_ token: String) async throws(CommandFailure) {
        let (set, client) = (set, client)
        let answered = try await withDeadline(RestoreRequesting.patience, time) { () throws(CommandFailure) in
            try await RestoreRequesting.answer(to: token, set, client)
        }
        guard let answered, let object = answered else {
            throw CommandFailure(
                .failed, "the request is not taken up yet",
                hints: ["it stands, and is carried out once the controller sees it: `immctl why \(set.name)`"])
        }
        let status: InstanceSet = try decode(object)
        if let refusal = status.status.restoreRefusal {
            throw CommandFailure(.failed, "the request is refused: \(refusal)")
        }
    }

    private static func answer(
        to token: String, _ set: ObjectReference, _ client: any ResourceClient
    ) async throws(CommandFailure) -> JSONValue? {
        var answer: JSONValue?
        try await request("wait for \(set.qualifiedName)") { () throws(APIStatus) in
            try await ObjectFollower(client, set).follow { news throws(APIStatus) in
                switch news {
                case .all(let objects): answer = objects.first
                case .added(let object), .modified(let object): answer = object
                case .deleted: answer = nil
                }
                guard let answer else { return false }
                return answer[path: ["status", "restoreToken"]]?.stringValue != token
            }
        }
        return answer
    }
}
