import JSON

/// Commits on their way: what they will change, computed against the objects and the commits that stand in line before.
///
/// Values in, values out: the memory store and the SQLite store both write what this says.
package struct StoreDraft {
    /// In the order of their versions, which follow the store's current one without a gap.
    package private(set) var changes: [StoreChange] = []
    private var version: StoreVersion
    /// What the staged commits made of the objects they touched; nil: deleted.
    private var staged: [ObjectKey: StoredObject?] = [:]
    private let maximumObjectBytes: Int

    package init(after version: StoreVersion, maximumObjectBytes: Int) {
        self.version = version
        self.maximumObjectBytes = maximumObjectBytes
    }

    /// Adds one commit, or throws and adds nothing. Mutations see the ones before them.
    ///
    /// - Parameter base: the objects before this draft.
    /// - Returns: what the commit returns when the draft has been written.
    package mutating func stage(
        _ proposed: StoreCommit, over base: (ObjectKey) -> StoredObject?
    ) throws(StoreError) -> [StoredObject] {
        for condition in proposed.conditions { try condition.check(staged[condition.key] ?? base(condition.key)) }
        let mutations = proposed.mutations
        var commit = Commit(version: version, maximumObjectBytes: maximumObjectBytes)
        var results: [StoredObject] = []
        results.reserveCapacity(mutations.count)
        for mutation in mutations {
            let existing = commit.touched[mutation.key] ?? staged[mutation.key] ?? base(mutation.key)
            results.append(try commit.add(mutation, existing))
        }
        changes += commit.changes
        version = commit.version
        for change in commit.changes { staged[change.key] = .some(change.isDeletion ? nil : change.object) }
        return results
    }

    private struct Commit {
        var version: StoreVersion
        let maximumObjectBytes: Int
        var changes: [StoreChange] = []
        var touched: [ObjectKey: StoredObject?] = [:]

        mutating func add(_ mutation: StoreMutation, _ existing: StoredObject?) throws(StoreError) -> StoredObject {
            try mutation.check(existing)
            switch mutation.change {
            case .put(let body):
                // Equal trees give equal bytes, so bytes are compared, with the version that stands there.
                if let existing, body.encoded(at: existing.version).encoded == existing.encoded { return existing }
                let next = StoreVersion(version.value + 1)
                let (body, encoded) = body.encoded(at: next)
                if encoded.count > maximumObjectBytes { throw mutation.tooLarge(encoded.count, maximumObjectBytes) }
                let object = StoredObject(key: mutation.key, version: next, body: body, encoded: encoded)
                record(StoreChange(object: object, previous: existing, isDeletion: false))
                return object
            case .delete:
                guard let existing else { throw mutation.conflict(existing, "there is none to delete") }
                let next = StoreVersion(version.value + 1)
                let (body, encoded) = existing.body.encoded(at: next)
                let object = StoredObject(key: mutation.key, version: next, body: body, encoded: encoded)
                record(StoreChange(object: object, previous: existing, isDeletion: true))
                return object
            }
        }

        private mutating func record(_ change: StoreChange) {
            version = change.version
            changes.append(change)
            touched[change.key] = .some(change.isDeletion ? nil : change.object)
        }
    }
}

extension JSONValue {
    /// The body and its bytes with `metadata.resourceVersion` set.
    fileprivate func encoded(at version: StoreVersion) -> (body: JSONValue, encoded: [UInt8]) {
        var body = self
        body[path: ["metadata", "resourceVersion"]] = .string(version.description)
        return (body, body.encoded())
    }
}

extension StoreMutation {
    fileprivate func check(_ existing: StoredObject?) throws(StoreError) {
        switch precondition {
        case .none: return
        case .absent: if existing != nil { throw conflict(existing, "it exists already") }
        case .present: if existing == nil { throw conflict(existing, "it does not exist") }
        case .version(let version):
            if existing?.version != version { throw conflict(existing, "the change is for version \(version)") }
        }
    }

    fileprivate func conflict(_ existing: StoredObject?, _ reason: String) -> StoreError {
        let standing = existing.map { "stands at version \($0.version)" } ?? "does not exist"
        return StoreError(.conflict(key, current: existing?.version), "\(key) \(standing): \(reason)")
    }

    fileprivate func tooLarge(_ bytes: Int, _ limit: Int) -> StoreError {
        StoreError(
            .tooLarge(key, bytes: bytes, limit: limit), "\(key) has \(bytes) bytes as JSON; the limit is \(limit)")
    }
}

extension ObjectKey: CustomStringConvertible {
    /// `imm.dev/instancesets default/web`.
    public var description: String { "\(resource) \(namespace.isEmpty ? "" : namespace + "/")\(name)" }
}
