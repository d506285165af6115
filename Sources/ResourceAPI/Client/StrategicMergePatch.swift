public import InfraAPI
public import JSON

/// A strategic merge patch (Kubernetes' `application/strategic-merge-patch+json`): a merge patch that knows which lists
/// are maps and sets, with directives (`$patch`, `$retainKeys`, `$setElementOrder/…`, `$deleteFromPrimitiveList/…`).
public struct StrategicMergePatch: Sendable, Hashable {
    private let patch: JSONObject

    /// Throws status 400 for what is no object.
    public init(json: JSONValue) throws(APIStatus) {
        guard let patch = json.objectValue else {
            throw .badRequest("a strategic merge patch must be a JSON object")
        }
        self.patch = patch
    }

    /// The patched value.
    ///
    /// - Parameter schema: of the value; where it says nothing, lists are replaced as a whole.
    /// - Throws: 400 for a directive that cannot be followed.
    public func applied(to value: JSONValue, _ schema: Schema?) throws(APIStatus) -> JSONValue {
        .object(try StrategicMerge.merged(value.objectValue ?? JSONObject(), patch, schema))
    }
}

/// The merge of objects.
enum StrategicMerge {
    static let directive = "$patch"
    private static let retainKeys = "$retainKeys"
    private static let elementOrder = "$setElementOrder/"
    private static let deletedElements = "$deleteFromPrimitiveList/"

    static func merged(
        _ original: JSONObject, _ patch: JSONObject, _ schema: Schema?
    ) throws(APIStatus) -> JSONObject {
        var result = original
        switch patch[directive] {
        case nil, "merge"?: break
        case "replace"?: result = JSONObject()
        case "delete"?: return JSONObject()
        case let other?: throw unknown(directive, other)
        }
        if let kept = patch[retainKeys] {
            guard let names = kept.arrayValue?.compactMap(\.stringValue) else { throw unknown(retainKeys, kept) }
            result = JSONObject(result.filter { names.contains($0.key) }.map { ($0.key, $0.value) })
        }
        for change in patch where change.key != directive && change.key != retainKeys {
            if let name = change.key.suffix(after: deletedElements) {
                let removed = change.value.arrayValue ?? []
                if let items = result[name]?.arrayValue {
                    result[name] = .array(items.filter { !removed.contains($0) })
                }
            } else if change.key.suffix(after: elementOrder) == nil {
                let schema = schema?.child(.field(change.key))
                result[change.key] = try merged(result[change.key], change.value, schema)
            }
        }
        for change in patch {
            guard let name = change.key.suffix(after: elementOrder) else { continue }
            guard let order = change.value.arrayValue else { throw unknown(change.key, change.value) }
            guard let items = result[name]?.arrayValue else { continue }
            let key = schema?.child(.field(name))?.listMapKeys.first
            result[name] = .array(StrategicMergeList.ordered(items, by: order, key))
        }
        return result
    }

    /// nil when the patch removes the value.
    static func merged(
        _ original: JSONValue?, _ patch: JSONValue, _ schema: Schema?
    ) throws(APIStatus) -> JSONValue? {
        switch patch {
        case .null: return JSONValue?.none
        case .object(let members):
            return .object(try merged(original?.objectValue ?? JSONObject(), members, schema))
        case .array(let items):
            let list = StrategicMergeList(schema)
            return .array(try list.merged(original?.arrayValue ?? [], items))
        default: return patch
        }
    }

    static func unknown(_ directive: String, _ value: JSONValue) -> APIStatus {
        .badRequest(
            "the strategic merge patch says \(value.encodedString().prefix(100)) for \(directive), which means nothing")
    }
}

extension String {
    fileprivate func suffix(after prefix: String) -> String? {
        hasPrefix(prefix) ? String(dropFirst(prefix.count)) : nil
    }
}
