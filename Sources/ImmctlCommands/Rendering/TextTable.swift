/// Aligned columns, three spaces apart, as kubectl prints them.
struct TextTable: Sendable, Hashable {
    var header: [String]
    var rows: [[String]] = []

    init(_ header: String...) { self.header = header.map { $0.uppercased() } }

    init(header: [String], rows: [[String]]) {
        self.header = header.map { $0.uppercased() }
        self.rows = rows
    }

    /// The lines, without white space at their ends.
    func lines(indent: Int = 0, hasHeader: Bool = true) -> [String] {
        let shown = (hasHeader ? [header] : []) + rows
        let widths = TextTable.widths(of: shown, atLeast: [])
        return shown.map { String(repeating: " ", count: indent) + TextTable.line($0, widths) }
    }

    static func widths(of rows: [[String]], atLeast minimum: [Int]) -> [Int] {
        var widths = minimum
        for row in rows {
            for (index, cell) in row.enumerated() {
                if index == widths.count { widths.append(0) }
                widths[index] = max(widths[index], cell.count)
            }
        }
        return widths
    }

    static func line(_ cells: [String], _ widths: [Int]) -> String {
        var line = ""
        for (index, cell) in cells.enumerated() {
            line += cell
            if index + 1 < cells.count { line += String(repeating: " ", count: widths[index] - cell.count + 3) }
        }
        return String(line[..<(line.lastIndex { $0 != " " }.map { line.index(after: $0) } ?? line.startIndex)])
    }
}
