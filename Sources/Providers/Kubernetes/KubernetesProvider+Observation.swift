internal import Ambient
internal import InfraAPI
internal import KubernetesAPI
public import ProviderInterface

extension KubernetesProvider {
    public func observe() async throws(ProviderError) -> ProviderObservation {
        // Another cluster's objects are reported too, under its identity: whoever reads decides what they are worth.
        let identity = try await identity.read()
        let selector = APISelector(labels: ObjectLabels.installation)
        let pods = try await all(Pod.self, .pods, in: configuration.namespace, selector)
        let claims = try await all(Claim.self, .persistentVolumeClaims, in: configuration.namespace, selector)
        let observation = observation
        let instances = pods.filter { isOurs($0.labels) }.map { observation.instance($0) }
        return ProviderObservation(
            identity: identity,
            instances: distinct(instances).sorted { ($0.uid, $0.providerID) < ($1.uid, $1.providerID) },
            volumes: claims.filter { isOurs($0.labels) }.map(observed).sorted { $0.uid < $1.uid },
            foreignSets: foreignSets(pods).merging(foreignSets(claims)) { min($0, $1) })
    }

    private func isOurs(_ labels: [String: String]) -> Bool {
        labels[ObjectLabels.installation] == configuration.installationID
    }

    /// Of several Pods with one uid label the one that has our name for it is the instance. The others are somebody's copies
    /// (kubectl debug --copy-to), each Unknown under its own id.
    private func distinct(_ instances: [ObservedInstance]) -> [ObservedInstance] {
        let byUID = Dictionary(grouping: instances, by: \.uid)
        return instances.map { instance in
            guard let namesakes = byUID[instance.uid], namesakes.count > 1 else { return instance }
            let original = namesakes.first(where: names.isOwn) ?? namesakes.min { $0.providerID < $1.providerID }
            guard original?.providerID != instance.providerID else { return instance }
            var copy = instance
            copy.uid = PodID(instance.providerID)?.uid ?? instance.providerID
            return copy
        }
    }

    /// Another installation's sets; of two installations that hold objects of one set, the one whose id comes first.
    private func foreignSets(_ objects: [some ClusterObject]) -> [String: String] {
        var sets: [String: String] = [:]
        for object in objects {
            let labels = object.labels
            guard !isOurs(labels), let set = labels[ObjectLabels.set],
                let installation = labels[ObjectLabels.installation]
            else { continue }
            let name = "\(object.namespace)/\(set)"
            sets[name] = min(sets[name] ?? installation, installation)
        }
        return sets
    }
}
