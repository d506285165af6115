internal import Ambient
internal import JSON

// Go's encoder leaves out or nulls what is empty, so that absence reads as emptiness here.
extension JSONValue {
    func text(_ key: String) -> String { self[key]?.stringValue ?? "" }

    func list(_ key: String) -> [JSONValue] { self[key]?.arrayValue ?? [] }

    func strings(_ key: String) -> [String] { list(key).compactMap(\.stringValue) }

    /// A map of strings, for instance labels.
    func map(_ key: String) -> [String: String] {
        var map: [String: String] = [:]
        for member in self[key]?.objectValue?.members ?? [] { map[member.key] = member.value.stringValue }
        return map
    }

    /// A time of the engine; nil for Go's zero time, which stands for never.
    func time(_ key: String) -> Timestamp? {
        let text = text(key)
        return text.hasPrefix("0001-") ? nil : Timestamp(rfc3339: text)
    }
}

extension JSONObject {
    init(sorting map: [String: String]) {
        self.init(map.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
    }
}
