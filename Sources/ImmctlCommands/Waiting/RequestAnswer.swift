import InfraAPI
import JSON
import ResourceAPI

/// The answer to a request that is an object: its `status.outcome`.
struct RequestAnswer: Sendable {
    let client: any ResourceClient
    let reference: ObjectReference
    /// The outcome as long as there is none.
    let pending: String

    /// The object as it was answered.
    ///
    /// - Throws: when it is not answered within `limit`, or is deleted first.
    func wait(_ limit: Duration, _ invocation: Invocation) async throws(CommandFailure) -> JSONValue {
        let answered = try await withDeadline(limit, invocation.time) { () throws(CommandFailure) in
            try await follow()
        }
        guard let answered, let object = answered else {
            throw CommandFailure(
                .failed, "\(reference.qualifiedName) is not answered yet",
                hints: ["look at it later: `immctl get \(reference.type.singular)/\(reference.name) -o yaml`"])
        }
        return object
    }

    /// nil when it was deleted, or nobody waits any more.
    private func follow() async throws(CommandFailure) -> JSONValue? {
        var answer: JSONValue?
        try await request("wait for \(reference.qualifiedName)") { () throws(APIStatus) in
            try await ObjectFollower(client, reference).follow { news throws(APIStatus) in
                switch news {
                case .all(let objects): answer = objects.first
                case .added(let object), .modified(let object): answer = object
                case .deleted: answer = nil
                }
                guard let answer else { return false }
                return answer[path: ["status", "outcome"]]?.stringValue == pending
            }
        }
        return answer
    }
}
