import Ambient
import InfraAPI
import JSON
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
    func show(_ value: JSONValue, as format: ResultFormat, text: () -> [String]) {
        switch format {
        case .text: for line in text() { console.print(line) }
        case .yaml: console.output(value.yamlString())
        case .json: console.print(value.prettyString())
        }
    }

    /// Whether people read along: lines are printed as things happen, and notes may stand between them.
    func isForPeople(_ format: ResultFormat) -> Bool { format == .text }

    /// Whether the rows of a table are needed, or the objects.
    func needsTable(_ format: ObjectFormat) -> Bool { format == .table || format == .wide }

    /// Objects of one or several kinds.
    ///
    /// - Parameters:
    ///   - isSingle: the one object was asked for by name, and is printed by itself and not as a list.
    ///   - showingNamespaces: objects of several namespaces may be there.
    func show(_ blocks: [Block], as format: ObjectFormat, isSingle: Bool, showingNamespaces: Bool) {
        let objects = blocks.flatMap(\.objects)
        switch format {
        case .table, .wide:
            let filled = blocks.filter { !$0.table.rows.isEmpty }
            for (index, block) in filled.enumerated() {
                if index > 0 { console.print("") }
                let prefix = blocks.count > 1 ? "\(block.type.qualifiedSingular)/" : ""
                let table = block.table.text(
                    wide: format == .wide, showingNamespaces: showingNamespaces && block.type.namespaced,
                    namePrefix: prefix)
                for line in table.lines() { console.print(line) }
            }
        case .yaml: console.output(document(objects, isSingle).yamlString())
        case .json: console.print(document(objects, isSingle).prettyString())
        case .name: for object in objects { console.print(object.qualifiedName) }
        }
    }

    /// One object of a watch, in a format without a table; tables go through `WatchTable`, which remembers the widths.
    func show(change object: JSONValue, as format: ObjectFormat) {
        switch format {
        case .table, .wide, .name: console.print(object.qualifiedName)
        case .yaml: console.output("---\n" + object.withoutManagedFields.yamlString())
        case .json: console.print(object.withoutManagedFields.prettyString())
        }
    }

    private func document(_ objects: [JSONValue], _ isSingle: Bool) -> JSONValue {
        let objects = objects.map(\.withoutManagedFields)
        if isSingle, let object = objects.first { return object }
        return .list(objects)
    }
}
