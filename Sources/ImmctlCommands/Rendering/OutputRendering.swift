import Ambient
import InfraAPI
import JSON
import JSONPath
import Manifests

/// The only place that decides by the output format; commands hand over values.
struct OutputRendering: Sendable {
    /// The objects of one kind, with their table.
    struct Block: Sendable {
        var type: ResourceType
        var objects: [JSONValue]
        var table: ResourceTable

        var count: Int { max(objects.count, table.rows.count) }

        mutating func append(_ other: Block) {
            objects += other.objects
            table.append(other.table)
        }
    }

    let console: Console

    /// The result of a command: `text` for people, `value` for machines.
    func show(_ value: JSONValue, as format: ResultFormat, text: () -> [String]) throws(CommandFailure) {
        switch format {
        case .text: for line in text() { console.print(line) }
        case .yaml: console.output(value.yamlString())
        case .json: console.print(value.prettyString())
        case .jsonPath(let template): try show(value, by: template)
        }
    }

    /// Whether people read along: lines are printed as things happen, and notes may stand between them.
    func isForPeople(_ format: ResultFormat) -> Bool { format == .text }

    /// Whether the rows of the kind's own table are needed, or the objects.
    func needsTable(_ format: ObjectFormat) -> Bool { format == .table || format == .wide }

    /// Whether nothing to print is said on the standard error.
    func isTable(_ format: ObjectFormat) -> Bool {
        if case .customColumns = format { true } else { needsTable(format) }
    }

    /// Objects of one or several kinds.
    ///
    /// - Parameter isSingle: the one object was asked for by name, and is printed by itself and not as a list.
    func show(
        _ blocks: [Block], as format: ObjectFormat, isSingle: Bool, _ layout: TableLayout
    ) throws(CommandFailure) {
        let objects = blocks.flatMap(\.objects)
        switch format {
        case .table, .wide:
            let filled = blocks.filter { !$0.table.rows.isEmpty }
            for (index, block) in filled.enumerated() {
                if index > 0 { console.print("") }
                let prefix = blocks.count > 1 ? "\(block.type.qualifiedSingular)/" : ""
                let table = block.table.text(layout, block.type, namePrefix: prefix)
                for line in table.lines(hasHeader: layout.hasHeader) { console.print(line) }
            }
        case .customColumns(let columns):
            let table = try columns.table(objects)
            guard !objects.isEmpty else { return }
            for line in table.lines(hasHeader: layout.hasHeader) { console.print(line) }
        case .yaml: console.output(document(objects.map(\.withoutManagedFields), isSingle).yamlString())
        case .json: console.print(document(objects.map(\.withoutManagedFields), isSingle).prettyString())
        case .jsonPath(let template): try show(document(objects, isSingle), by: template)
        case .name: for object in objects { console.print(object.qualifiedName) }
        }
    }

    /// One object of a watch, in a format without a table; tables go through `WatchTable`, which remembers the widths.
    func show(change object: JSONValue, as format: ObjectFormat) throws(CommandFailure) {
        switch format {
        case .table, .wide, .name: console.print(object.qualifiedName)
        case .customColumns(let columns): console.print(try columns.row(object).joined(separator: "   "))
        case .yaml: console.output("---\n" + object.withoutManagedFields.yamlString())
        case .json: console.print(object.withoutManagedFields.prettyString())
        case .jsonPath(let template): try show(object, by: template)
        }
    }

    /// As kubectl has it, without a line feed at the end that the template does not ask for.
    private func show(_ value: JSONValue, by template: JSONPathTemplate) throws(CommandFailure) {
        do throws(JSONPathError) {
            console.output(try template.text(for: value))
        } catch {
            throw CommandFailure(
                .failed, "the JSONPath template cannot be followed: \(error)",
                hints: ["look at the value with -o yaml"])
        }
    }

    private func document(_ objects: [JSONValue], _ isSingle: Bool) -> JSONValue {
        if isSingle, let object = objects.first { return object }
        return .list(objects)
    }
}
