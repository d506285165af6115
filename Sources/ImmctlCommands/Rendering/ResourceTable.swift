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
    }

    /// Made here, as the server makes it.
    init(of objects: [JSONValue], _ type: ResourceType, now: Timestamp) {
        let table = TableRendering.table(of: objects, type: type, now: now)
        self = ResourceTable(table: table) ?? ResourceTable(columns: [], rows: [], namespaces: [])
    }

    private init(columns: [Column], rows: [[String]], namespaces: [String]) {
        self.columns = columns
        self.rows = rows
        self.namespaces = namespaces
    }

    /// Adds the rows of another table of the same kind.
    mutating func append(_ other: ResourceTable) {
        rows += other.rows
        namespaces += other.namespaces
    }

    /// The columns to print: without the wide ones, and with the namespace in front where it tells rows apart.
    func text(wide: Bool, showingNamespaces: Bool, namePrefix: String) -> TextTable {
        let shown = columns.indices.filter { wide || !columns[$0].isWide }
        let header = (showingNamespaces ? ["Namespace"] : []) + shown.map { columns[$0].name }
        let lines = zip(rows, namespaces).map { row, namespace in
            (showingNamespaces ? [namespace] : [])
                + shown.map { index in
                    let cell = index < row.count ? row[index] : ""
                    return index == 0 ? namePrefix + cell : cell
                }
        }
        return TextTable(header: header, rows: lines)
    }

    private static func text(_ cell: JSONValue) -> String {
        switch cell {
        case .null: "<none>"
        case .string(let text): text.isEmpty ? "" : text.singleLine
        case .bool, .int, .double, .array, .object: cell.encodedString()
        }
    }
}
