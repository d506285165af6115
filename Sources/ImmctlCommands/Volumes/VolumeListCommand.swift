import Ambient
import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

struct VolumeListCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List volumes: where they are, who writes, and since when nobody has them.",
        discussion: """
            An orphaned volume belongs to no slot. It comes back to its place by itself when the slot comes back, to another \
            one by volume reattach, and goes with volume delete.

            Examples:
              immctl volume list
              immctl volume list --orphaned
              immctl volume list --orphaned -A -o json
            """)

    @Flag(help: "Only volumes that belong to no slot.")
    var orphaned = false

    @Flag(name: [.customShort("A"), .long], help: "Volumes of all namespaces.")
    var allNamespaces = false

    @OptionGroup var output: ResultOutputOptions
    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var server: ServerOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        try await server.withSession(invocation) { session throws(CommandFailure) in
            let items = try await request("list volumes") { () throws(APIStatus) in
                try await session.client.list(
                    Volume.resourceType, in: allNamespaces ? nil : namespace.name, ListOptions()
                ).items
            }
            var volumes: [Volume] = []
            for item in items {
                let volume: Volume = try decode(item)
                if !orphaned || volume.isOrphaned { volumes.append(volume) }
            }
            let list = JSONValue.list(volumes.map { $0.json.withoutManagedFields })
            try OutputRendering(console: invocation.console).show(list, as: output.output) {
                guard !volumes.isEmpty else { return [orphaned ? "no orphaned volumes" : "no volumes"] }
                return table(volumes, now: invocation.now).lines()
            }
            return .success
        }
    }

    private func table(_ volumes: [Volume], now: Timestamp) -> TextTable {
        var table = TextTable("name", "size", "reclaim", "place", "attached to", "epoch", "orphaned")
        if allNamespaces { table.header.insert("NAMESPACE", at: 0) }
        table.rows = volumes.map { volume in
            let (spec, status) = (volume.spec, volume.status)
            let row = [
                volume.name, "\(spec.size)", spec.reclaimPolicy.rawValue,
                spec.claim.map { "\($0.set)/\($0.slot)/\($0.name)" } ?? "<none>",
                status.attachment?.instance ?? "<nobody>", "\(status.epoch)",
                volume.isOrphaned ? status.orphanedAt.map { Age.text(since: $0, now: now) } ?? "yes" : "",
            ]
            return allNamespaces ? [volume.namespace] + row : row
        }
        return table
    }
}

extension Volume {
    /// Belongs to no slot, and nobody holds it.
    var isOrphaned: Bool { status.boundSetUID == nil && status.attachment == nil }
}
