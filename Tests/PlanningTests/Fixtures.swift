import Ambient
import InfraAPI

@testable import Planning

/// Observations for tests: a set at a reachable provider whose template is resolved.
enum Fixture {
    static let now = Timestamp(microsecondsSinceEpoch: 1_767_225_600_000_000)

    static func set(replicas: Int, claims: [String] = [], _ change: (inout InstanceSet) -> Void = { _ in })
        -> InstanceSet
    {
        var set = InstanceSet()
        set.metadata = ObjectMeta(name: "web", namespace: "default")
        set.metadata.uid = "set-uid"
        set.metadata.generation = 1
        set.metadata.finalizers = [Instance.providerFinalizer]
        set.spec.replicas = replicas
        set.spec.template.spec.image = "app:v1"
        set.spec.volumeClaimTemplates = claims.map { name in
            var claim = VolumeClaimTemplate()
            claim.name = name
            return claim
        }
        change(&set)
        return set
    }

    static func observation(_ set: InstanceSet) -> SetObservation {
        let hash = templateHash(set)
        return SetObservation(
            now: now, set: set, templateHash: hash,
            provider: ProviderView(
                name: "docker", health: .reachable, identity: "marker", capabilities: ProviderCapabilities()),
            resolution: .succeeded(resolved(set, hash)))
    }

    static func templateHash(_ set: InstanceSet) -> String {
        "hash of \(set.spec.template.spec.image)"
    }

    /// What resolving the set's template brings: the digest stands for the tag.
    static func resolved(_ set: InstanceSet, _ templateHash: String) -> ResolvedRevision {
        let image = set.spec.template.spec.image
        var template = set.spec.template
        template.spec.image = image.replacing(":", with: "@")
        let digits = String(image.utf8.reversed().reduce(UInt64(7)) { $0 &* 31 &+ UInt64($1) } | 1 << 63, radix: 16)
        return ResolvedRevision(
            templateHash: templateHash, resolveToken: nil, hash: "v1-\(digits)", template: template,
            volumeClaimTemplates: set.spec.volumeClaimTemplates, requestedImage: image)
    }

    /// The observation after everything has settled.
    static func settled(_ set: InstanceSet) -> SetObservation {
        var world = ImaginedWorld(observation(set))
        while world.advance() != nil {}
        return world.observation
    }
}
