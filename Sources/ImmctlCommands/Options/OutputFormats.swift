import JSONPath

enum ObjectFormat: Sendable, Hashable, CustomStringConvertible {
    case table, wide, yaml, json, name
    case jsonPath(JSONPathTemplate)
    case customColumns(CustomColumns)

    /// - Throws: usage, with the formats that there are.
    init(word: String) throws(CommandFailure) {
        switch word {
        case "table", "": self = .table
        case "wide": self = .wide
        case "yaml": self = .yaml
        case "json": self = .json
        case "name": self = .name
        default:
            if let columns = try CustomColumns(word: word) {
                self = .customColumns(columns)
            } else {
                self = .jsonPath(
                    try OutputWord.template(
                        word, others: "table, wide, yaml, json, name, jsonpath=…, jsonpath-file=…, custom-columns=…"))
            }
        }
    }

    var description: String {
        switch self {
        case .table: "table"
        case .wide: "wide"
        case .yaml: "yaml"
        case .json: "json"
        case .name: "name"
        case .jsonPath: "jsonpath"
        case .customColumns: "custom-columns"
        }
    }
}

enum ResultFormat: Sendable, Hashable, CustomStringConvertible {
    case text, yaml, json
    case jsonPath(JSONPathTemplate)

    /// - Throws: usage, with the formats that there are.
    init(word: String) throws(CommandFailure) {
        switch word {
        case "text", "": self = .text
        case "yaml": self = .yaml
        case "json": self = .json
        default:
            self = .jsonPath(try OutputWord.template(word, others: "text, yaml, json, jsonpath=…, jsonpath-file=…"))
        }
    }

    var description: String {
        switch self {
        case .text: "text"
        case .yaml: "yaml"
        case .json: "json"
        case .jsonPath: "jsonpath"
        }
    }
}

/// How changes of objects are printed.
enum ChangeFormat: Sendable, Hashable, CustomStringConvertible {
    case text, name
    /// One document at the end.
    case document(ResultFormat)

    /// - Throws: usage, with the formats that there are.
    init(word: String) throws(CommandFailure) {
        switch word {
        case "text", "": self = .text
        case "name": self = .name
        case "yaml": self = .document(.yaml)
        case "json": self = .document(.json)
        default:
            self = .document(
                .jsonPath(
                    try OutputWord.template(word, others: "text, name, yaml, json, jsonpath=…, jsonpath-file=…")))
        }
    }

    var description: String {
        switch self {
        case .text: "text"
        case .name: "name"
        case .document(let format): format.description
        }
    }
}

/// Formats that come with an argument of their own.
enum OutputWord {
    private static let maximumFileBytes = 1 << 20

    /// The template of `jsonpath=…` or `jsonpath-file=…`.
    ///
    /// - Parameter others: the formats to name when it is neither.
    static func template(_ word: String, others: String) throws(CommandFailure) -> JSONPathTemplate {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        let argument = parts.count == 2 ? parts[1] : ""
        switch parts[0] {
        case "jsonpath" where !argument.isEmpty: return try parse(argument)
        case "jsonpath-file" where !argument.isEmpty: return try parse(try file(argument))
        case "jsonpath", "jsonpath-file":
            throw .usage(
                "-o \(parts[0]) needs a template", hints: ["for example -o jsonpath='{.items[*].metadata.name}'"])
        case "go-template", "go-template-file", "template", "templatefile":
            throw .usage(
                "-o \(parts[0]): Go templates are not supported",
                hints: ["say it with -o jsonpath='…' or -o custom-columns=…, or take -o json through jq"])
        default: throw .usage("-o \(word): there is no such format", hints: ["the formats are \(others)"])
        }
    }

    /// The text of a file that an option names, without the line feed at its end.
    static func file(_ path: String) throws(CommandFailure) -> String {
        let bytes = try LocalFile.contents(of: path, limit: maximumFileBytes)
        let text = String(decoding: bytes, as: UTF8.self)
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }

    private static func parse(_ text: String) throws(CommandFailure) -> JSONPathTemplate {
        do throws(JSONPathError) {
            return try JSONPathTemplate(text)
        } catch {
            throw .usage(
                "the JSONPath template \(text) cannot be read \(error)",
                hints: ["write it as kubectl has it: '{.items[*].metadata.name}'"])
        }
    }
}
