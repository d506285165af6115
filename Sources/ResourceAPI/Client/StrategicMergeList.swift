import InfraAPI
import JSON

/// How a list takes a strategic merge patch: maps item by item, sets as unions, all others as a whole.
struct StrategicMergeList {
    private let items: Schema?
    private let kind: ListSchema.Kind

    init(_ schema: Schema?) {
        items = schema?.items
        kind = schema?.listKind ?? .atomic
    }

    func merged(_ original: [JSONValue], _ patch: [JSONValue]) throws(APIStatus) -> [JSONValue] {
        switch kind {
        case .atomic: return try patch.withoutDirectives(items)
        case .set: return original + patch.filter { !original.contains($0) }
        case .map(let keys):
            // Strategic merge knows one key; kinds with several are told apart by all of them.
            return try merged(original, patch, keys)
        }
    }

    private func merged(
        _ original: [JSONValue], _ patch: [JSONValue], _ keys: [String]
    ) throws(APIStatus) -> [JSONValue] {
        // A lone `{"$patch": "replace"}` puts the other items in the place of all.
        let replaces = patch.contains { $0.objectValue?.count == 1 && $0[StrategicMerge.directive] == "replace" }
        var result = replaces ? [] : original
        for item in patch {
            if item.objectValue?.count == 1, item[StrategicMerge.directive] == "replace" { continue }
            guard let members = item.objectValue, let identity = item.identity(keys) else {
                throw .badRequest(
                    "an item of the strategic merge patch has no \(keys.joined(separator: " and ")): "
                        + String(item.encodedString().prefix(100)))
            }
            let index = result.firstIndex { $0.identity(keys) == identity }
            if members[StrategicMerge.directive] == "delete" {
                if let index { result.remove(at: index) }
                continue
            }
            let standing = index.flatMap { result[$0].objectValue } ?? JSONObject()
            let merged = JSONValue.object(try StrategicMerge.merged(standing, members, items))
            if let index { result[index] = merged } else { result.append(merged) }
        }
        return result
    }

    /// `items` with those that `order` names in its order; the others stay beside their neighbours.
    static func ordered(_ items: [JSONValue], by order: [JSONValue], _ key: String?) -> [JSONValue] {
        func identity(_ value: JSONValue) -> JSONValue { key.flatMap { value[$0] } ?? value }
        let wanted = order.map(identity)
        let positioned = items.enumerated().map { (index: $0, item: $1, rank: wanted.firstIndex(of: identity($1))) }
        var named = positioned.filter { $0.rank != nil }.sorted { ($0.rank ?? 0) < ($1.rank ?? 0) }[...]
        var others = positioned.filter { $0.rank == nil }[...]
        var result: [JSONValue] = []
        while let first = named.first {
            if let other = others.first, other.index < first.index {
                result.append(other.item)
                others.removeFirst()
            } else {
                result.append(first.item)
                named.removeFirst()
            }
        }
        return result + others.map(\.item)
    }
}

extension JSONValue {
    fileprivate func identity(_ keys: [String]) -> [JSONValue]? {
        let values = keys.compactMap { self[$0] }
        return values.count == keys.count ? values : nil
    }
}

extension [JSONValue] {
    /// The items of a list that is taken as a whole: objects in it may still carry directives and nulls.
    fileprivate func withoutDirectives(_ schema: Schema?) throws(APIStatus) -> [JSONValue] {
        var items: [JSONValue] = []
        for item in self { items.append(try StrategicMerge.merged(JSONValue?.none, item, schema) ?? .null) }
        return items
    }
}
