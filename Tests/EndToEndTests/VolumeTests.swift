import APIClient
import Ambient
import DockerEngine
import HTTPTransport
import InfraAPI
import JSON
import ResourceAPI
import Testing

extension EndToEnd {
    @Suite struct VolumeTests {
        @Test func `data goes from revision to revision, with an epoch, a receipt and a gap for each handover`()
            async throws
        {
            try await Bed.with { bed in
                var manifest = Manifest.writers(try await bed.image("v1"))
                try await bed.apply(manifest)
                let first = try await bed.settled("db")
                #expect(first.volumes.map(\.status.epoch) == [1, 1, 1])
                try await bed.written(first, by: "v1")

                manifest.image = try await bed.image("v2")
                try await bed.apply(manifest)
                let second = try await bed.settled("db", after: first.set?.status.updateRevision, .seconds(60))
                #expect(second.ids.isDisjoint(with: first.ids))
                try await bed.expectHandedOver(from: first, to: second)
                try await bed.written(second, by: "v2")

                // Undo as immctl writes it: the template of the previous Revision, its image resolved.
                let previous = try #require(first.revisions.first)
                try await bed.apply(manifest.undone(to: previous))
                let third = try await bed.settled("db", after: second.set?.status.updateRevision, .seconds(60))
                #expect(third.set?.status.updateRevision == previous.name)
                #expect(third.revisions.count == 2)
                try await bed.expectHandedOver(from: second, to: third)
                try await bed.written(third, by: "v1")
                for volume in third.volumes {
                    let versions = try await bed.checkLog(of: volume).map(\.version)
                    #expect(versions.deduplicated == ["v1", "v2", "v1"])
                }
                try await bed.expectNothingLeaked(third)
            }
        }

        @Test func `a volume outlives its slot and its set, and comes back with them`() async throws {
            try await Bed.with { bed in
                var manifest = Manifest.writers(try await bed.image("v1"))
                try await bed.apply(manifest)
                let first = try await bed.settled("db")
                try await bed.written(first, by: "v1")

                manifest.replicas = 1
                try await bed.apply(manifest)
                let small = try await bed.wait(for: "db", "two volumes orphaned") { fleet in
                    fleet.isSettled && fleet.volumes.count { $0.status.phase == "Orphaned" } == 2
                }
                #expect(small.instances.map(\.spec.slot) == [0])
                #expect(try small.volume(0).status.phase == "Attached")
                try await bed.expectNothingLeaked(small)

                manifest.replicas = 3
                try await bed.apply(manifest)
                let again = try await bed.settled("db")
                #expect(again.volumes.map(\.uid) == first.volumes.map(\.uid))
                #expect(again.volumes.map(\.status.providerID) == first.volumes.map(\.status.providerID))
                #expect(again.volumes.map(\.status.epoch) == [1, 2, 2])
                try await bed.written(again, by: "v1")

                let engineVolumes = Set(again.volumes.compactMap(\.status.providerID))
                try await bed.delete(set: "db")
                let gone = try await bed.wait(for: "db", "the set gone") { $0.set == nil && $0.instances.isEmpty }
                #expect(gone.volumes.map(\.status.phase) == ["Orphaned", "Orphaned", "Orphaned"])
                #expect(try await bed.containers().isEmpty)
                #expect(engineVolumes.isSubset(of: try await bed.volumes().map(\.name)))
                var lengths: [Int] = []
                for volume in gone.volumes { lengths.append(try await bed.checkLog(of: volume).count) }

                try await bed.apply(manifest)
                let back = try await bed.settled("db")
                #expect(back.volumes.map(\.uid) == first.volumes.map(\.uid))
                #expect(back.volumes.map(\.status.epoch) == [2, 3, 3])
                try await bed.written(back, by: "v1")
                for (volume, length) in zip(back.volumes, lengths) {
                    #expect(try await bed.checkLog(of: volume).count > length)
                }
                #expect(Set(back.volumes.compactMap(\.status.providerID)) == engineVolumes)
                try await bed.expectNothingLeaked(back)
            }
        }
    }
}

extension Bed {
    /// Waits until every instance of the fleet wrote on its volume, under its own epoch.
    func written(_ fleet: Fleet, by version: String) async throws {
        for instance in fleet.instances {
            let volume = try fleet.volume(instance.spec.slot)
            try await wait(for: fleet.name, "\(instance.name) writing as \(version)") { _ in
                let last = Writer.lines(try await file("log", on: volume) ?? "").last ?? nil
                return last?.instance == instance.name && last?.version == version
                    && last?.epoch == instance.spec.epoch
            }
            try await checkLog(of: volume)
        }
    }

    /// Checks that every volume is the same, one epoch on, with the receipt of what held it before and a measured gap.
    func expectHandedOver(
        from before: Fleet, to after: Fleet, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let provider = try await client.get(ProviderObject.self, name: "docker")
        for instance in after.instances {
            let (old, new) = (try before.volume(instance.spec.slot), try after.volume(instance.spec.slot))
            #expect(old.uid == new.uid, sourceLocation: sourceLocation)
            #expect(new.status.epoch == old.status.epoch + 1, sourceLocation: sourceLocation)
            #expect(instance.spec.epoch == new.status.epoch, sourceLocation: sourceLocation)
            #expect(new.status.attachment?.instanceUID == instance.uid, sourceLocation: sourceLocation)
            let outgoing = before.instances.first { $0.spec.slot == instance.spec.slot }
            let receipt = try #require(new.status.receipts.last, sourceLocation: sourceLocation)
            #expect(receipt.epoch == old.status.epoch, sourceLocation: sourceLocation)
            #expect(receipt.instanceUID == outgoing?.uid, sourceLocation: sourceLocation)
            #expect(receipt.proof == .destroyed, sourceLocation: sourceLocation)
            #expect(receipt.providerID == outgoing?.status.providerID, sourceLocation: sourceLocation)
            #expect(receipt.providerIdentity == provider.status.identity, sourceLocation: sourceLocation)
            #expect(receipt.readAt >= receipt.acknowledgedAt, sourceLocation: sourceLocation)
            let attachedAt = try #require(new.status.attachment?.attachedAt, sourceLocation: sourceLocation)
            #expect(attachedAt >= receipt.readAt, "attached before the receipt", sourceLocation: sourceLocation)
            #expect(new.status.lastGapEpoch == new.status.epoch, sourceLocation: sourceLocation)
            let gap = try #require(new.status.lastGapMilliseconds, sourceLocation: sourceLocation)
            #expect((1..<30_000).contains(gap), sourceLocation: sourceLocation)
        }
    }
}

extension Manifest {
    /// The set with the template of a Revision.
    func undone(to revision: Revision) -> Manifest {
        var manifest = self
        manifest.image = revision.spec.template.spec.image
        return manifest
    }
}

extension [String] {
    /// Runs of equal elements as one.
    var deduplicated: [String] { reduce(into: []) { if $0.last != $1 { $0.append($1) } } }
}
