import Ambient
import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

struct VolumeSnapshotListCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List copies of volumes: of which data, and whether they are complete.",
        discussion: """
            Examples:
              immctl volume snapshot list
              immctl volume snapshot list data-db-0
              immctl volume snapshot list -A -o json
            """)

    @Argument(help: "Only those of this volume.")
    var volume: String?

    @Flag(name: [.customShort("A"), .long], help: "Snapshots of all namespaces.")
    var allNamespaces = false

    @OptionGroup var output: ResultOutputOptions
    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var server: ServerOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        try await server.withSession(invocation) { session throws(CommandFailure) in
            let wanted = volume.map { String($0.split(separator: "/").last ?? "") }
            let items = try await request("list snapshots") { () throws(APIStatus) in
                try await session.client.list(
                    SlotSnapshot.resourceType, in: allNamespaces ? nil : namespace.name, ListOptions()
                ).items
            }
            var snapshots: [SlotSnapshot] = []
            for item in items {
                let snapshot: SlotSnapshot = try decode(item)
                if wanted == nil || snapshot.spec.volume == wanted { snapshots.append(snapshot) }
            }
            let list = JSONValue.list(snapshots.map { $0.json.withoutManagedFields })
            try OutputRendering(console: invocation.console).show(list, as: output.output) {
                snapshots.isEmpty ? ["no snapshots"] : table(snapshots, now: invocation.now).lines()
            }
            return .success
        }
    }

    private func table(_ snapshots: [SlotSnapshot], now: Timestamp) -> TextTable {
        var table = TextTable("name", "volume", "phase", "epoch", "revision", "bytes", "taken", "reason")
        if allNamespaces { table.header.insert("NAMESPACE", at: 0) }
        table.rows = snapshots.map { snapshot in
            let status = snapshot.status
            let trouble = status.takenAt == nil ? status.conditions["Ready"].map { "\($0.reason): \($0.message)" } : nil
            let row = [
                snapshot.name, snapshot.spec.volume, status.phase, status.epoch.map { "\($0)" } ?? "",
                status.revision ?? "", status.contentBytes.map { "\($0)" } ?? "",
                status.takenAt.map { Age.text(since: $0, now: now) } ?? "", trouble ?? snapshot.spec.reason ?? "",
            ].map(\.singleLine)
            return allNamespaces ? [snapshot.namespace] + row : row
        }
        return table
    }
}
