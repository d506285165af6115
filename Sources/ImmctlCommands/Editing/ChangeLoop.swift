import ResourceAPI

/// Does the same to several objects, goes on where one fails, and prints what became of each.
struct ChangeLoop: Sendable {
    let console: Console
    let output: ChangeFormat

    /// - Returns: the first failure's status; each failure was printed.
    func run<Item>(
        _ items: [Item], _ body: (Item) async throws(CommandFailure) -> ObjectChange
    ) async throws(CommandFailure) -> CommandStatus {
        let rendering = OutputRendering(console: console)
        var status = CommandStatus.success
        var changes: [ObjectChange] = []
        for item in items {
            do throws(CommandFailure) {
                let change = try await body(item)
                changes.append(change)
                rendering.show(change, as: output)
            } catch {
                // Without a server the others fail in the same way, and one alone is reported once.
                if error.status == .noServer || items.count == 1 { throw error }
                console.report(error)
                status = status.joined(with: error.status)
            }
        }
        try rendering.finish(changes, as: output)
        return status
    }
}
