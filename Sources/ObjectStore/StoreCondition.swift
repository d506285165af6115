public import JSON

/// What must hold of another object for a commit to be made: it exists, and these of its members have these values.
///
/// Checked in the same transaction as the commit: whatever was committed before it counts, nothing after. The object is not
/// changed, and may change otherwise: only the members named count.
public struct StoreCondition: Sendable, Hashable {
    public struct Member: Sendable, Hashable {
        public let path: [String]
        public let value: JSONValue

        public init(_ path: [String], _ value: JSONValue) {
            self.path = path
            self.value = value
        }
    }

    public let key: ObjectKey
    public let members: [Member]

    public init(_ key: ObjectKey, members: [Member]) {
        self.key = key
        self.members = members
    }

    /// - Throws: `.unmet` with the version that stands there.
    func check(_ existing: StoredObject?) throws(StoreError) {
        guard let existing else { throw unmet(nil, "it does not exist") }
        let body = existing.body
        for member in members where body[path: member.path] != member.value {
            throw unmet(
                existing.version,
                "\(member.path.joined(separator: ".")) is \(body[path: member.path]?.encodedString() ?? "not set"), "
                    + "not \(member.value.encodedString())")
        }
    }

    private func unmet(_ current: StoreVersion?, _ reason: String) -> StoreError {
        StoreError(.unmet(key, current: current), "the commit depends on \(key): \(reason)")
    }
}

/// One commit on its way.
package struct StoreCommit: Sendable {
    package let mutations: [StoreMutation]
    package let conditions: [StoreCondition]

    package init(_ mutations: [StoreMutation], given conditions: [StoreCondition] = []) {
        self.mutations = mutations
        self.conditions = conditions
    }
}
