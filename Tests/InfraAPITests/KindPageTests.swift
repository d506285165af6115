import Foundation
import JSON
import Testing

@testable import InfraAPI

/// docs/kinds has one page a kind; its table of fields is the schema. `IMM_WRITE_DOCS=1` writes the tables anew.
@Suite struct KindPageTests {
    private static let begin = "<!-- fields -->"
    private static let end = "<!-- /fields -->"

    static var folder: URL {
        URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("docs/kinds")
    }

    @Test(arguments: ResourceTypes.all.map(\.kind)) func `the page of a kind lists the fields of its schema`(
        kind: String
    ) throws {
        let type = try #require(ResourceTypes.all.first { $0.kind == kind })
        let page = KindPageTests.folder.appendingPathComponent("\(type.singular).md")
        let text = try String(contentsOf: page, encoding: .utf8)
        let start = try #require(
            text.range(of: KindPageTests.begin), "\(page.lastPathComponent) has no \(KindPageTests.begin)")
        let stop = try #require(text.range(of: KindPageTests.end))
        let table = "\n\(FieldTable(type).text)\n"
        if ProcessInfo.processInfo.environment["IMM_WRITE_DOCS"] != nil {
            let written = String(text[..<start.upperBound]) + table + String(text[stop.lowerBound...])
            try written.write(to: page, atomically: true, encoding: .utf8)
            return
        }
        #expect(String(text[start.upperBound..<stop.lowerBound]) == table, "write it with IMM_WRITE_DOCS=1")
    }
}

/// The fields of a kind as a Markdown table.
struct FieldTable {
    private var rows: [String] = []

    init(_ type: ResourceType) {
        guard case .object(let object) = type.schema.type else { return }
        for property in object.properties where !["apiVersion", "kind", "metadata"].contains(property.name) {
            add(property, path: property.name)
        }
    }

    var text: String {
        (["| field | type | default | what |", "|---|---|---|---|"] + rows).joined(separator: "\n")
    }

    private mutating func add(_ property: SchemaProperty, path: String) {
        let schema = property.schema
        let value = schema.defaultValue.map { "`\($0.encodedString())`" } ?? (property.isRequired ? "required" : "")
        let text = schema.description.replacingOccurrences(of: "\n", with: " ").replacingOccurrences(
            of: "|", with: "\\|")
        let isLarge = value.count > 60
        rows.append("| `\(path)` | \(FieldTable.word(schema.type)) | \(isLarge ? "see below it" : value) | \(text) |")
        switch schema.type {
        case .object(let object): for child in object.properties { add(child, path: "\(path).\(child.name)") }
        case .list(let list):
            if case .object(let object) = list.items.type {
                for child in object.properties { add(child, path: "\(path)[].\(child.name)") }
            }
        default: break
        }
    }

    private static func word(_ type: SchemaType) -> String {
        switch type {
        case .object: "object"
        case .map(let map): "map, at most \(map.maxProperties)"
        case .list(let list):
            "list, at most \(list.maxItems)\(list.mapKeys.isEmpty ? "" : ", by \(list.mapKeys.joined(separator: ", "))")"
        case .string(let string): string.enumeration.map { $0.map { "`\($0)`" }.joined(separator: ", ") } ?? "string"
        case .integer(let range): range.upperBound == Int.max ? "integer" : "\(range.lowerBound)…\(range.upperBound)"
        case .boolean: "boolean"
        case .intOrString: "integer or string"
        case .quantity: "quantity"
        case .any: "any"
        }
    }
}
