import InfraAPI
import JSON
import ResourceAPI

/// Follows the syncs of some sources of a namespace.
struct SyncWatch: Sendable {
    let client: any ResourceClient
    let namespace: String
    /// Of each source by its name, what it was asked with.
    let tokens: [String: String]

    /// Hands over the progress of all, by name, at each change.
    ///
    /// - Returns: the last progress, once all are over or the task is cancelled.
    func follow(_ body: ([SyncProgress]) -> Void) async throws(CommandFailure) -> [SyncProgress] {
        var known: [String: SyncProgress] = [:]
        var failure: CommandFailure?
        var last: [SyncProgress] = []
        func take(_ object: JSONValue) {
            guard let token = tokens[object.name] else { return }
            do throws(CommandFailure) {
                known[object.name] = SyncProgress(try decode(object), token: token)
            } catch {
                failure = error
            }
        }
        try await request("watch gitsources") { () throws(APIStatus) in
            try await ObjectFollower(client, GitSource.resourceType, in: namespace, ListOptions()).follow {
                news throws(APIStatus) in
                switch news {
                case .all(let objects):
                    known = [:]
                    for object in objects { take(object) }
                case .added(let object), .modified(let object): take(object)
                case .deleted(let object): known[object.name] = nil
                }
                if let gone = tokens.keys.sorted().first(where: { known[$0] == nil }), failure == nil {
                    throw .notFound(GitSource.resourceType, gone)
                }
                let now = known.sorted { $0.key < $1.key }.map(\.value)
                if now != last { body(now) }
                last = now
                return failure == nil && !now.allSatisfy(\.isOver)
            }
        }
        if let failure { throw failure }
        return last
    }
}
