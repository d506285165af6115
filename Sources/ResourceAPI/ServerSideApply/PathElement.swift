import JSON

/// One step of a path into an object, in the text form of FieldsV1: `f:name`, `k:{"name":"x"}`, `v:"x"` or `i:0`.
///
/// Keys and values are in their one compact form with sorted members, so that equal elements have equal bytes.
struct PathElement: Sendable, Hashable, Comparable {
    let text: String

    /// - Precondition: `text` is in the one form.
    init(text: String) { self.text = text }

    static func field(_ name: String) -> PathElement { PathElement(text: "f:" + name) }
    static func value(_ value: JSONValue) -> PathElement { PathElement(text: "v:" + value.encodedString()) }
    static func key(_ members: JSONObject) -> PathElement {
        PathElement(text: "k:" + JSONValue.object(members).encodedString())
    }

    /// From the wire; nil for what is no element that we know.
    init?(parsing text: String) {
        let content = String(text.dropFirst(2))
        switch text.prefix(2) {
        case "f:": self.text = text
        case "i:":
            guard Int(content) != nil else { return nil }
            self.text = text
        case "k:":
            guard let key = try? JSONValue(parsing: content), let members = key.objectValue else { return nil }
            self = .key(members)
        case "v:":
            guard let value = try? JSONValue(parsing: content) else { return nil }
            self = .value(value)
        default: return nil
        }
    }

    /// The name of a field; nil for other elements.
    var fieldName: String? { text.utf8.first == UInt8(ascii: "f") ? String(text.dropFirst(2)) : nil }
    var isKey: Bool { text.utf8.first == UInt8(ascii: "k") }

    /// As Kubernetes prints it in a conflict: `.replicas`, `[name="x"]`, `[="x"]`, `[0]`.
    var printed: String {
        let content = String(text.dropFirst(2))
        switch text.first {
        case "f": return "." + content
        case "k":
            let members = (try? JSONValue(parsing: content))?.objectValue ?? JSONObject()
            return "[" + members.map { "\($0.key)=\($0.value.encodedString())" }.joined(separator: ",") + "]"
        case "v": return "[=\(content)]"
        default: return "[\(content)]"
        }
    }

    static func == (left: PathElement, right: PathElement) -> Bool { left.text.isByteEqual(to: right.text) }
    static func < (left: PathElement, right: PathElement) -> Bool { left.order(right) < 0 }

    /// Negative, zero or positive, as this sorts before, with or after `other` by UTF-8.
    func order(_ other: PathElement) -> Int {
        let result = text.utf8.withContiguousStorageIfAvailable { left in
            other.text.utf8.withContiguousStorageIfAvailable { right in
                for index in 0..<min(left.count, right.count) where left[index] != right[index] {
                    return left[index] < right[index] ? -1 : 1
                }
                return left.count - right.count
            }
        }
        if case .some(.some(let order)) = result { return order }
        if self == other { return 0 }
        return text.utf8.lexicographicallyPrecedes(other.text.utf8) ? -1 : 1
    }
    func hash(into hasher: inout Hasher) { for byte in text.utf8 { hasher.combine(byte) } }
}
