import ArgumentParser
import JSONPath

/// How the tables of a `get` are laid out and sorted.
struct TableOptions: ParsableArguments {
    @Flag(help: "Leave out the headers of tables.")
    var noHeaders = false

    @Flag(help: "Show all labels in a last column.")
    var showLabels = false

    @Option(
        name: [.customShort("L"), .customLong("label-columns")],
        help: ArgumentHelp("Show these labels, in a column each: app,tier; may be repeated.", valueName: "labels"))
    var labelColumns: [String] = []

    @Option(help: ArgumentHelp("Sort by a JSONPath: {.metadata.creationTimestamp}", valueName: "path"))
    var sortBy: String?

    func layout(_ format: ObjectFormat, showingNamespaces: Bool) -> TableLayout {
        TableLayout(
            showsNamespaces: showingNamespaces, hasHeader: !noHeaders, isWide: format == .wide, showsLabels: showLabels,
            labelColumns: labelColumns.flatMap { $0.split(separator: ",").map(String.init) })
    }

    /// nil: the server's order.
    func order() throws(CommandFailure) -> SortOrder? {
        guard let sortBy else { return nil }
        do throws(JSONPathError) {
            return SortOrder(path: try JSONPathExpression(sortBy))
        } catch { throw .usage("--sort-by \(sortBy) cannot be read \(error)") }
    }
}
