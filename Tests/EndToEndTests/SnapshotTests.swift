import APIClient
import Ambient
import DockerEngine
import Glibc
import HTTPTransport
import InfraAPI
import JSON
import ResourceAPI
import Testing

extension EndToEnd {
    @Suite struct SnapshotTests {
        @Test func `data is copied before a new revision gets it, and undo with data brings it back`() async throws {
            try await Bed.with { bed in
                var manifest = Manifest.writers(try await bed.image("v1"), replicas: 2)
                manifest.snapshotsBeforeReplace = true
                try await bed.apply(manifest)
                let first = try await bed.settled("db")
                try await bed.written(first, by: "v1")

                manifest.image = try await bed.image("v2")
                try await bed.apply(manifest)
                let second = try await bed.settled("db", after: first.set?.status.updateRevision, .seconds(90))
                try await bed.written(second, by: "v2")
                let snapshots = try await bed.snapshots()
                #expect(snapshots.map(\.status.epoch) == [1, 1])
                #expect(snapshots.allSatisfy { $0.status.revision == first.revisions.first?.name && $0.isReady })
                let list = try await bed.immctl("volume", "snapshot", "list")
                #expect(snapshots.allSatisfy { list.contains($0.name) }, "\(list)")

                // What the volumes held when they were copied.
                var copied: [Int: String] = [:]
                for snapshot in snapshots {
                    let text = try await bed.file("log", on: snapshot)
                    copied[snapshot.status.claim?.slot ?? -1] = text
                    #expect(Set(Writer.lines(text).compactMap { $0?.version }) == ["v1"])
                }
                let undone = try await bed.immctl("rollout", "undo", "db", "--with-data", "--yes")
                #expect(undone.contains("with the data of 2 snapshots"), "\(undone)")
                let third = try await bed.settled("db", after: second.set?.status.updateRevision, .seconds(120))
                #expect(third.set?.status.updateRevision == first.set?.status.updateRevision)
                for instance in third.instances {
                    let slot = instance.spec.slot
                    let volume = try #require(
                        third.volumes.first {
                            $0.spec.claim?.slot == slot && $0.status.attachment?.instanceUID == instance.uid
                        })
                    let old = try second.volume(slot)
                    #expect(volume.uid != old.uid && volume.spec.source != nil)
                    #expect(volume.status.epoch > old.status.epoch)
                    try await bed.wait(for: "db", "\(instance.name) writing on") { _ in
                        Writer.lines(try await bed.file("log", on: volume) ?? "").last??.epoch == instance.spec.epoch
                    }
                    let text = try await bed.file("log", on: volume) ?? ""
                    #expect(text.hasPrefix(copied[slot] ?? "none"), "slot \(slot) does not go on from the copy")
                    #expect(!Writer.lines(text).contains { $0?.version == "v2" })
                    try await bed.checkLog(of: volume)
                    // Nothing was overwritten: what v2 wrote is an orphan.
                    let orphan = try await bed.client.get(Volume.self, namespace: "default", name: old.name)
                    #expect(orphan.status.boundSetUID == nil && orphan.spec.claim == nil)
                    let kept = try await bed.file("log", on: orphan) ?? ""
                    #expect(Writer.lines(kept).contains { $0?.version == "v2" })
                }
                // No container of a copy is left.
                #expect(try await bed.containers().count == 2)

                for snapshot in try await bed.snapshots() {
                    try await bed.immctl("volume", "snapshot", "delete", snapshot.name, "--yes")
                }
                try await bed.wait(for: "db", "the copies gone") { _ in
                    let left = try await bed.volumes().filter { $0.labels["imm.dev/snapshot"] != nil }
                    return try await bed.snapshots().isEmpty && left.isEmpty
                }
            }
        }

        @Test func `a copy survives the death of immd in its middle, and nobody gets the volume before it is whole`()
            async throws
        {
            try await Bed.with { bed in
                var manifest = Manifest.writers(try await bed.image("v1"), replicas: 1)
                manifest.snapshotsBeforeReplace = true
                try await bed.apply(manifest)
                let first = try await bed.settled("db")
                try await bed.written(first, by: "v1")
                let data = try await bed.engine.inspectVolume(try first.volume(0).status.providerID ?? "").mountpoint
                try writeFile("\(data)/large", bytes: 200 << 20)

                manifest.image = try await bed.image("v2")
                try await bed.apply(manifest)
                for _ in 0..<1000 {
                    if try await bed.containers().contains(where: { $0.labels["imm.dev/copy"] != nil }) { break }
                    try await Task.sleep(for: .milliseconds(10))
                }
                bed.daemon.crash()
                try await bed.daemon.start()
                let second = try await bed.settled("db", after: first.set?.status.updateRevision, .seconds(120))
                try await bed.written(second, by: "v2")
                let snapshot = try #require(try await bed.snapshots().first)
                #expect(snapshot.isReady && (snapshot.status.contentBytes ?? 0) >= 200 << 20)
                try await bed.checkLog(of: try second.volume(0))
                #expect(try await bed.containers().count == 1)
            }
        }
    }
}

extension Bed {
    /// By volume and epoch.
    func snapshots() async throws -> [SlotSnapshot] {
        try await client.list(SlotSnapshot.self, in: "default").items.sorted {
            ($0.spec.volume, $0.status.epoch ?? 0) < ($1.spec.volume, $1.status.epoch ?? 0)
        }
    }

    /// A file of a copy, read on the engine's host.
    func file(_ path: String, on snapshot: SlotSnapshot) async throws -> String {
        let mountpoint = try await engine.inspectVolume(snapshot.status.providerID ?? "").mountpoint
        return try readText(mountpoint + "/" + path)
    }
}

private func writeFile(_ path: String, bytes: Int) throws {
    guard let file = fopen(path, "w") else { throw Failure("\(path) cannot be written") }
    defer { fclose(file) }
    let block = [UInt8](repeating: 0x2A, count: 1 << 20)
    for _ in 0..<(bytes >> 20) { fwrite(block, 1, block.count, file) }
}
