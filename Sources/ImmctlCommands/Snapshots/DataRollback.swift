import Ambient
import InfraAPI
import ResourceAPI

/// Which volumes of a set go back to which copies when it goes back to a revision with its data. Pure.
struct DataRollback: Sendable, Hashable {
    struct Entry: Sendable, Hashable {
        let volume: Volume
        let snapshot: SlotSnapshot
    }

    /// By slot and claim.
    let entries: [Entry]

    /// Of every volume of a claim with `snapshotBeforeReplace` that another revision wrote since, the newest copy that was taken
    /// when an instance of `revision` was replaced. All or nothing.
    init(
        _ set: InstanceSet, to revision: Revision, _ volumes: [Volume], _ snapshots: [SlotSnapshot]
    ) throws(CommandFailure) {
        let claims = set.spec.volumeClaimTemplates.filter(\.spec.snapshotBeforeReplace).map(\.name)
        guard !claims.isEmpty else {
            throw CommandFailure(
                .failed,
                "no claim of set \(set.name) has snapshotBeforeReplace, so that there is no older data to go back to",
                hints: ["undo without --with-data goes back to the revision and leaves the data as it is"])
        }
        var entries: [Entry] = []
        var missing: [String] = []
        for volume in DataRollback.placed(volumes, of: set, claims) where volume.status.revision != revision.name {
            let newest =
                snapshots
                .filter { $0.isReady && $0.status.revision == revision.name && $0.status.claim == volume.spec.claim }
                .max { ($0.status.takenAt ?? .epoch, $0.name) < ($1.status.takenAt ?? .epoch, $1.name) }
            if let newest {
                entries.append(Entry(volume: volume, snapshot: newest))
            } else {
                missing.append("slot \(volume.spec.claim?.slot ?? 0), claim \(volume.spec.claim?.name ?? "")")
            }
        }
        guard missing.isEmpty else {
            throw CommandFailure(
                .failed,
                "there is no snapshot of the data of revision \(revision.spec.number) (\(revision.name)) for "
                    + missing.prefix(10).joined(separator: "; ") + (missing.count > 10 ? "; …" : ""),
                hints: ["see `immctl volume snapshot list`; nothing was done"])
        }
        self.entries = entries
    }

    private static func placed(_ volumes: [Volume], of set: InstanceSet, _ claims: [String]) -> [Volume] {
        volumes.filter { volume in
            guard let claim = volume.spec.claim, claim.set == set.name, claim.slot < set.spec.replicas else {
                return false
            }
            return volume.status.boundSetUID == set.uid && claims.contains(claim.name)
        }
        .sorted { ($0.spec.claim?.slot ?? 0, $0.name) < ($1.spec.claim?.slot ?? 0, $1.name) }
    }

    func request(token: String) -> VolumeRestoreRequest {
        VolumeRestoreRequest(
            token: token,
            volumes: Dictionary(entries.map { ($0.volume.name, $0.snapshot.name) }) { first, _ in first })
    }

    /// What will happen, a line a volume.
    func lines(now: Timestamp) -> [String] { entries.map { $0.line(now: now) } }
}

extension DataRollback.Entry {
    func line(now: Timestamp) -> String {
        let (claim, status) = (volume.spec.claim, snapshot.status)
        let age = Age.text(since: status.takenAt ?? now, now: now)
        return
            "slot \(claim?.slot ?? 0): volume \(volume.name) is copied, orphaned with its data and replaced by a new one made "
            + "from \(snapshot.name) (\(age) old, epoch \(status.epoch ?? 0), revision \(status.revision ?? "unknown"))"
    }
}
