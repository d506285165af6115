import Ambient
import InfraAPI
import JSON
import ResourceAPI

/// Fetches what `get` prints.
struct GetQuery: Sendable {
    let session: Session
    /// nil: all namespaces.
    let namespace: String?
    let selection: ListOptions
    /// Objects a page of a list; 0 is everything at once.
    var chunkSize = 500
    let now: Timestamp

    /// The objects of one item; one that does not exist is an error, unless `ignoreNotFound`.
    func block(
        _ item: ResourceWords.Item, needsTable: Bool, ignoreNotFound: Bool
    ) async throws(CommandFailure) -> OutputRendering.Block {
        let empty = OutputRendering.Block(
            type: item.type, objects: [], table: ResourceTable(of: [], item.type, now: now))
        if let name = item.name {
            let reference = ObjectReference(item.type, in: namespace ?? "default", name: name)
            do throws(APIStatus) {
                let object = try await session.client.get(reference)
                guard needsTable else {
                    return OutputRendering.Block(type: item.type, objects: [object], table: empty.table)
                }
                let byName = ListOptions(fieldSelector: "metadata.name=\(name)")
                return OutputRendering.Block(
                    type: item.type, objects: [object],
                    table: try await table(item.type, byName) ?? ResourceTable(of: [object], item.type, now: now))
            } catch {
                if error.isNotFound && ignoreNotFound { return empty }
                throw CommandFailure(error, while: "get \(reference.qualifiedName)")
            }
        }
        return try await request("list \(item.type.plural)") { () throws(APIStatus) in
            if needsTable, let table = try await table(item.type, selection) {
                return OutputRendering.Block(type: item.type, objects: [], table: table)
            }
            let objects = try await objects(item.type)
            return OutputRendering.Block(
                type: item.type, objects: objects, table: ResourceTable(of: objects, item.type, now: now))
        }
    }

    /// Prints what is there and then each change, until the task is cancelled or the server fails.
    func watch(
        _ item: ResourceWords.Item, as format: ObjectFormat, _ layout: TableLayout, _ invocation: Invocation
    ) async throws(CommandFailure) {
        let rendering = OutputRendering(console: invocation.console)
        var table = WatchTable(item.type, layout)
        var selection = selection
        if let name = item.name { selection.fieldSelector = "metadata.name=\(name)" }
        let follower = ObjectFollower(session.client, item.type, in: scope(of: item.type), selection)
        var header = format.header(layout)
        var failure: CommandFailure?
        try await request("watch \(item.type.plural)") { () throws(APIStatus) in
            try await follower.follow { news throws(APIStatus) in
                let objects: [JSONValue]
                switch news {
                case .all(let items): objects = items
                case .added(let object), .modified(let object), .deleted(let object): objects = [object]
                }
                if rendering.needsTable(format) {
                    for line in table.lines(for: objects, now: invocation.now) { invocation.console.print(line) }
                } else {
                    if let line = header, !objects.isEmpty { invocation.console.print(line) }
                    if !objects.isEmpty { header = nil }
                    do throws(CommandFailure) {
                        for object in objects { try rendering.show(change: object, as: format) }
                    } catch {
                        failure = error
                        return false
                    }
                }
                return true
            }
        }
        if let failure { throw failure }
    }

    private func scope(of type: ResourceType) -> String? { type.namespaced ? namespace : nil }

    private func table(_ type: ResourceType, _ selection: ListOptions) async throws(APIStatus) -> ResourceTable? {
        guard let tables = session.tables else { return nil }
        var result: ResourceTable?
        // A server that renders no tables answers with a list.
        var isTable = true
        try await PagedList.collect(selection, size: chunkSize, restart: { result = nil }) {
            options throws(APIStatus) in
            let answer = try await tables(type, scope(of: type), options)
            guard let page = ResourceTable(table: answer) else {
                isTable = false
                return nil
            }
            if result == nil { result = page } else { result?.append(page) }
            return answer[path: ["metadata", "continue"]]?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
        }
        return isTable ? result : nil
    }

    private func objects(_ type: ResourceType) async throws(APIStatus) -> [JSONValue] {
        var objects: [JSONValue] = []
        try await PagedList.collect(selection, size: chunkSize, restart: { objects = [] }) {
            options throws(APIStatus) in
            let list = try await session.client.list(type, in: scope(of: type), options)
            objects += list.items
            return list.continuation
        }
        return objects
    }
}

extension ObjectFormat {
    /// The line above the rows of a watch by custom columns.
    fileprivate func header(_ layout: TableLayout) -> String? {
        guard case .customColumns(let columns) = self, layout.hasHeader else { return nil }
        return columns.columns.map(\.header).joined(separator: "   ")
    }
}
