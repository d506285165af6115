import Ambient
import InfraAPI
import JSON

/// The growing table of a watch: columns keep their widths, and only become wider.
struct WatchTable {
    let type: ResourceType
    let layout: TableLayout
    let namePrefix: String
    private var widths: [Int] = []

    init(_ type: ResourceType, _ layout: TableLayout, namePrefix: String = "") {
        self.type = type
        self.layout = layout
        self.namePrefix = namePrefix
    }

    /// The lines for `objects`; the header stands above the first ones.
    mutating func lines(for objects: [JSONValue], now: Timestamp) -> [String] {
        let table = ResourceTable(of: objects, type, now: now)
            .text(layout, type, namePrefix: namePrefix)
        let showsHeader = layout.hasHeader && widths.isEmpty && !objects.isEmpty
        let rows = (showsHeader ? [table.header] : []) + table.rows
        guard !rows.isEmpty else { return [] }
        widths = TextTable.widths(of: (layout.hasHeader ? [table.header] : []) + rows, atLeast: widths)
        return rows.map { TextTable.line($0, widths) }
    }
}
