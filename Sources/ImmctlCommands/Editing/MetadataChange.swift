import InfraAPI
import JSON
import ResourceAPI

/// What `label` and `annotate` do to one map of an object's metadata.
struct MetadataChange: Sendable, Hashable {
    enum Map: String, Sendable, Hashable {
        case labels, annotations

        var singular: String { self == .labels ? "label" : "annotation" }
    }

    let map: Map
    /// nil: the key is removed.
    let values: [String: String?]
    let overwrite: Bool

    /// Takes `words` apart: objects come first, and from the first `key=value` or `key-` on they are changes.
    static func split(_ words: [String]) -> (objects: [String], changes: [String]) {
        let first = words.firstIndex { $0.contains("=") || $0.hasSuffix("-") } ?? words.endIndex
        return (Array(words[..<first]), Array(words[first...]))
    }

    init(_ map: Map, _ changes: [String], overwrite: Bool) throws(CommandFailure) {
        var values: [String: String?] = [:]
        for change in changes {
            let key: String
            if let equals = change.firstIndex(of: "=") {
                key = String(change[..<equals])
                guard values[key] == nil else { throw .usage("\(map.singular) \(key) is given twice") }
                values[key] = .some(String(change[change.index(after: equals)...]))
            } else if change.hasSuffix("-") {
                key = String(change.dropLast())
                guard values[key] == nil else { throw .usage("\(map.singular) \(key) is given twice") }
                values.updateValue(nil, forKey: key)
            } else {
                throw .usage(
                    "\"\(change)\" is no change of a \(map.singular)",
                    hints: ["write KEY=VALUE to set, and KEY- to remove; objects come before the changes"])
            }
            if key.isEmpty { throw .usage("\"\(change)\" names no \(map.singular)") }
        }
        self.map = map
        self.values = values
        self.overwrite = overwrite
    }

    /// The map of an object as it stands.
    func current(of object: JSONValue) -> JSONObject {
        object[path: ["metadata", map.rawValue]]?.objectValue ?? JSONObject()
    }

    /// Keys that have another value already.
    func clashes(with object: JSONValue) -> [String] {
        let current = current(of: object)
        return values.sorted { $0.key < $1.key }.compactMap { key, value in
            guard let value, let old = current[key]?.stringValue, old != value else { return nil }
            return "\(key) has the value \"\(old)\""
        }
    }

    /// The merge patch; nil when the object is so already.
    func patch(for object: JSONValue) -> JSONValue? {
        let current = current(of: object)
        var members = JSONObject()
        for (key, value) in values where current[key]?.stringValue != value {
            members[key] = value.map(JSONValue.string) ?? .null
        }
        return members.isEmpty ? nil : ["metadata": [map.rawValue: .object(members)]]
    }

    /// How the result is told, as kubectl has it.
    func verb(isChanged: Bool) -> ObjectChange.Verb {
        if map == .annotations { return .annotated }
        guard isChanged else { return .notLabeled }
        return values.values.allSatisfy { $0 == nil } ? .unlabeled : .labeled
    }
}
