import InfraAPI

/// A slot's claim within one set: where a volume belongs.
struct VolumePlace: Hashable {
    let slot: Int
    /// Name in `volumeClaimTemplates`.
    let claim: String
}

extension SetObservation {
    /// The volume of each place. A place has one; where records disagree, the one that the set has already.
    func volumesByPlace() -> [VolumePlace: VolumeView] {
        var places: [VolumePlace: VolumeView] = [:]
        for view in volumes {
            guard let claim = view.record.spec.claim, claim.set == set.metadata.name else { continue }
            let place = VolumePlace(slot: claim.slot, claim: claim.name)
            let isBound = view.record.status.boundSetUID == set.metadata.uid
            if places[place] == nil || isBound { places[place] = view }
        }
        return places
    }
}

/// Names of volumes that the controller makes.
public enum VolumeName {
    /// The names for a place, the first free one of which is taken: a volume keeps its name wherever it goes, so that the
    /// place's first name may be with another place by now.
    public static func candidates(claim: String, set: String, slot: Int) -> some Sequence<String> {
        let first = "\(claim)-\(set)-\(slot)"
        return (1...100).lazy.map { $0 == 1 ? first : "\(first)-\($0)" }
    }
}
