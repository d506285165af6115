/// What a table shows beside the kind's own columns.
struct TableLayout: Sendable, Hashable {
    /// A column in front; only for kinds that live in namespaces.
    var showsNamespaces = false
    var hasHeader = true
    var isWide = false
    /// All labels, in a last column.
    var showsLabels = false
    /// Labels with a column each.
    var labelColumns: [String] = []
}
