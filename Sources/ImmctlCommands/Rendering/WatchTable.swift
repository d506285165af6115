import Ambient
import InfraAPI
import JSON

/// The growing table of a watch: columns keep their widths, and only become wider.
struct WatchTable {
    let type: ResourceType
    let isWide: Bool
    let showsNamespaces: Bool
    let namePrefix: String
    private var widths: [Int] = []

    init(_ type: ResourceType, isWide: Bool, showsNamespaces: Bool, namePrefix: String = "") {
        self.type = type
        self.isWide = isWide
        self.showsNamespaces = showsNamespaces && type.namespaced
        self.namePrefix = namePrefix
    }

    /// The lines for `objects`; the header stands above the first ones.
    mutating func lines(for objects: [JSONValue], now: Timestamp) -> [String] {
        let table = ResourceTable(of: objects, type, now: now)
            .text(wide: isWide, showingNamespaces: showsNamespaces, namePrefix: namePrefix)
        let rows = (widths.isEmpty && !objects.isEmpty ? [table.header] : []) + table.rows
        guard !rows.isEmpty else { return [] }
        widths = TextTable.widths(of: [table.header] + rows, atLeast: widths)
        return rows.map { TextTable.line($0, widths) }
    }
}
