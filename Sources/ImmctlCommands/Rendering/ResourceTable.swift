import Ambient
import InfraAPI
import JSON
import ResourceAPI

/// The rows of some objects of one kind: the server's Table, or made here by the kind's columns.
struct ResourceTable: Sendable, Hashable {
    struct Column: Sendable, Hashable {
        var name: String
        /// Printed with `-o wide` only.
        var isWide: Bool
    }

    var columns: [Column]
    /// A cell a column; the first is the name.
    var rows: [[String]]
    /// Namespace of each row's object; empty for cluster-scoped kinds.
    var namespaces: [String]
    /// Labels of each row's object.
    var labels: [[String: String]]

    /// Reads a `meta.k8s.io/v1` Table; nil when `table` is none.
    init?(table: JSONValue) {
        guard table["kind"]?.stringValue == "Table", let definitions = table["columnDefinitions"]?.arrayValue else {
            return nil
        }
        columns = definitions.map {
            Column(name: $0["name"]?.stringValue ?? "", isWide: ($0["priority"]?.intValue ?? 0) > 0)
        }
        let items = table["rows"]?.arrayValue ?? []
        rows = items.map { ($0["cells"]?.arrayValue ?? []).map(ResourceTable.text) }
        namespaces = items.map { $0[path: ["object", "metadata", "namespace"]]?.stringValue ?? "" }
        labels = items.map { ResourceTable.labels(of: $0["object"]) }
    }

    /// Made here, as the server makes it.
    init(of objects: [JSONValue], _ type: ResourceType, now: Timestamp) {
        let table = TableRendering.table(of: objects, type: type, now: now)
        self = ResourceTable(table: table) ?? ResourceTable(columns: [], rows: [], namespaces: [], labels: [])
    }

    private init(columns: [Column], rows: [[String]], namespaces: [String], labels: [[String: String]]) {
        self.columns = columns
        self.rows = rows
        self.namespaces = namespaces
        self.labels = labels
    }

    /// Adds the rows of another table of the same kind.
    mutating func append(_ other: ResourceTable) {
        rows += other.rows
        namespaces += other.namespaces
        labels += other.labels
    }

    /// The columns to print: without the wide ones unless they are wanted, with the namespace in front where it tells
    /// rows apart, and with labels behind.
    func text(_ layout: TableLayout, _ type: ResourceType, namePrefix: String) -> TextTable {
        let showsNamespaces = layout.showsNamespaces && type.namespaced
        let shown = columns.indices.filter { layout.isWide || !columns[$0].isWide }
        let header =
            (showsNamespaces ? ["Namespace"] : []) + shown.map { columns[$0].name }
            + layout.labelColumns.map { String($0[($0.lastIndex(of: "/").map($0.index(after:)) ?? $0.startIndex)...]) }
            + (layout.showsLabels ? ["Labels"] : [])
        let lines = rows.indices.map { row in
            (showsNamespaces ? [namespaces[row]] : [])
                + shown.map { index in
                    let cell = index < rows[row].count ? rows[row][index] : ""
                    return index == 0 ? namePrefix + cell : cell
                } + ResourceTable.cells(labels[row], layout)
        }
        return TextTable(header: header, rows: lines)
    }

    private static func cells(_ labels: [String: String], _ layout: TableLayout) -> [String] {
        let all = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
        return
            (layout.labelColumns.map { labels[$0] ?? "" } + (layout.showsLabels ? [all.isEmpty ? "<none>" : all] : []))
            .map(\.singleLine)
    }

    private static func labels(of object: JSONValue?) -> [String: String] {
        let members = object?[path: ["metadata", "labels"]]?.objectValue ?? JSONObject()
        return Dictionary(members.map { ($0.key, $0.value.stringValue ?? "") }, uniquingKeysWith: { first, _ in first })
    }

    private static func text(_ cell: JSONValue) -> String {
        switch cell {
        case .null: "<none>"
        case .string(let text): text.isEmpty ? "" : text.singleLine
        case .bool, .int, .double, .array, .object: cell.encodedString()
        }
    }
}
