import JSON
import JSONPath

/// `-o custom-columns=NAME:.metadata.name,IMAGE:.spec.template.spec.image`: a table by JSONPaths.
struct CustomColumns: Sendable, Hashable {
    struct Column: Sendable, Hashable {
        var header: String
        var path: JSONPathExpression
    }

    private static let maximumColumns = 100

    let columns: [Column]

    /// Reads `custom-columns=…` or `custom-columns-file=…`; nil for another format.
    init?(word: String) throws(CommandFailure) {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        switch (parts[0], parts.count) {
        case ("custom-columns", 2) where !parts[1].isEmpty: try self.init(list: parts[1])
        case ("custom-columns-file", 2) where !parts[1].isEmpty: try self.init(file: try OutputWord.file(parts[1]))
        case ("custom-columns", _), ("custom-columns-file", _):
            throw .usage(
                "-o \(parts[0]) needs columns", hints: ["for example -o custom-columns=NAME:.metadata.name"])
        default: return nil
        }
    }

    /// `HEADER:PATH,…`; commas in brackets or quotes belong to a path.
    init(list: String) throws(CommandFailure) {
        var pairs: [(String, String)] = []
        for part in CustomColumns.split(list) {
            guard let colon = part.firstIndex(of: ":"), colon > part.startIndex else {
                throw .usage(
                    "\"\(part)\" is no column", hints: ["a column is HEADER:PATH, as in NAME:.metadata.name"])
            }
            pairs.append((String(part[..<colon]), String(part[part.index(after: colon)...])))
        }
        try self.init(pairs)
    }

    /// Two lines: the headers, and the paths below them, with white space between.
    init(file: String) throws(CommandFailure) {
        let lines = file.split(separator: "\n").map { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
        guard lines.count == 2, lines[0].count == lines[1].count else {
            throw .usage(
                "the file of custom columns is not two lines with as many words",
                hints: ["the first line has the headers, the second a path for each"])
        }
        try self.init(Array(zip(lines[0], lines[1])))
    }

    private init(_ pairs: [(String, String)]) throws(CommandFailure) {
        guard pairs.count <= CustomColumns.maximumColumns else {
            throw .usage("\(pairs.count) custom columns are too many: \(CustomColumns.maximumColumns) are allowed")
        }
        var columns: [Column] = []
        for (header, text) in pairs {
            do throws(JSONPathError) {
                columns.append(Column(header: header, path: try JSONPathExpression(text)))
            } catch {
                throw .usage("the path \(text) of column \(header) cannot be read \(error)")
            }
        }
        self.columns = columns
    }

    private static func split(_ list: String) -> [Substring] {
        var parts: [Substring] = []
        var (begin, depth) = (list.startIndex, 0)
        var quote: Character?
        for index in list.indices {
            let character = list[index]
            if let open = quote {
                if character == open { quote = nil }
            } else if character == "[" {
                depth += 1
            } else if character == "]" {
                depth -= 1
            } else if depth > 0, character == "\"" || character == "'" {
                quote = character
            } else if character == ",", depth == 0 {
                parts.append(list[begin..<index])
                begin = list.index(after: index)
            }
        }
        return parts + [list[begin...]]
    }

    /// Several values of a cell have commas between them; `<none>` is no value.
    func row(_ object: JSONValue) throws(CommandFailure) -> [String] {
        var cells: [String] = []
        for column in columns {
            do throws(JSONPathError) {
                let values = try column.path.values(in: object)
                cells.append(
                    values.isEmpty ? "<none>" : values.map(\.jsonPathText.singleLine).joined(separator: ","))
            } catch {
                throw CommandFailure(.failed, "column \(column.header) of \(object.qualifiedName): \(error)")
            }
        }
        return cells
    }

    /// Headers are printed as they were written.
    func table(_ objects: [JSONValue]) throws(CommandFailure) -> TextTable {
        var table = TextTable()
        table.header = columns.map(\.header)
        for object in objects { table.rows.append(try row(object)) }
        return table
    }
}
