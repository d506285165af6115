import JSON

/// Label and field selectors, as far as they are needed: `key`, `key=value`, and `metadata.name=value`.
struct ClusterSelector: Sendable {
    private let labels: [(String, String?)]
    private let fields: [(String, String)]

    init(labels: String?, fields: String?) {
        self.labels = (labels ?? "").split(separator: ",").map { part in
            let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
            return (pair[0], pair.count == 2 ? pair[1] : nil)
        }
        self.fields = (fields ?? "").split(separator: ",").compactMap { part in
            let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
            return pair.count == 2 ? (pair[0], pair[1]) : nil
        }
    }

    func matches(_ object: JSONValue) -> Bool {
        labels.allSatisfy { key, value in
            guard let found = object["metadata"]?["labels"]?[key]?.stringValue else { return false }
            return value == nil || found == value
        }
            && fields.allSatisfy { path, value in
                object[path: path.split(separator: ".").map(String.init)]?.stringValue == value
            }
    }
}
