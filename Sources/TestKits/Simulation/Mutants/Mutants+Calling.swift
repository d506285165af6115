import Ambient
import InfraAPI
import ProviderInterface

// Bugs in how the provider is understood.
extension Mutant {
    static let calling: [Mutant] = [
        Mutant(
            "acknowledgement-for-receipt", "an unknown outcome of destroy counts as done, and nobody reads",
            provider: { base in
                var provider = BentProvider(base)
                provider.destroy = { base, handle async throws(ProviderError) in
                    try await ignoringUnknown { () async throws(ProviderError) in try await base.destroy(handle) }
                }
                provider.read = { base, handle async throws(ProviderError) in
                    let identity = try await base.observe().identity
                    return ConfirmingRead(identity: identity, instance: nil)
                }
                return provider
            }),
        Mutant(
            "list-for-receipt", "a list, which may be old, stands in for the confirming read",
            provider: { base in
                var provider = BentProvider(base)
                provider.destroy = { base, handle async throws(ProviderError) in
                    try await ignoringUnknown { () async throws(ProviderError) in try await base.destroy(handle) }
                }
                provider.read = { base, handle async throws(ProviderError) in
                    let list = try await base.observe()
                    return ConfirmingRead(
                        identity: list.identity, instance: list.instances.first { $0.uid == handle.uid })
                }
                return provider
            }),
        Mutant(
            "identity-ignored", "a provider with another identity is taken for the one on record",
            provider: { base in
                let first = Guarded<String?>(nil)
                @Sendable func remembered(_ identity: String) -> String {
                    first.withLock { known in
                        if let known { return known }
                        known = identity
                        return identity
                    }
                }
                var provider = BentProvider(base)
                provider.describe = { base, recorded async throws(ProviderError) in
                    var description = try await base.describe(recordedIdentity: nil)
                    description.identity = recorded ?? remembered(description.identity)
                    first.withLock { $0 = description.identity }
                    return description
                }
                provider.observe = { base async throws(ProviderError) in
                    var list = try await base.observe()
                    list.identity = remembered(list.identity)
                    return list
                }
                provider.read = { base, handle async throws(ProviderError) in
                    var read = try await base.read(handle)
                    read.identity = remembered(read.identity)
                    return read
                }
                return provider
            }),
        Mutant(
            "name-seized", "what holds the name of an incoming instance is removed",
            provider: { base in
                var provider = BentProvider(base)
                provider.create = { base, creation async throws(ProviderError) in
                    do throws(ProviderError) {
                        return try await base.create(creation)
                    } catch {
                        guard error.code == .nameTaken || error.code == .volumeInUse else { throw error }
                        let volumes = Set(creation.volumes.map(\.volumeUID))
                        for other in try await base.observe().instances
                        where other.uid != creation.handle.uid && !volumes.isDisjoint(with: other.volumeUIDs) {
                            try await base.destroy(other.handle)
                        }
                        return try await base.create(creation)
                    }
                }
                return provider
            }),
        Mutant(
            "exited-swept", "whatever a list shows as exited is removed",
            provider: { base in
                var provider = BentProvider(base)
                provider.observe = { base async throws(ProviderError) in
                    let list = try await base.observe()
                    for instance in list.instances {
                        guard case .exited = instance.state else { continue }
                        try? await base.destroy(instance.handle)
                    }
                    return list
                }
                return provider
            }),
        Mutant(
            "unknown-is-success", "a volume whose making has an unknown outcome counts as made",
            provider: { base in
                var provider = BentProvider(base)
                provider.createVolume = { base, creation async throws(ProviderError) in
                    do throws(ProviderError) {
                        return try await base.createVolume(creation)
                    } catch {
                        guard error.code == .unknownOutcome else { throw error }
                        return ObservedVolume(
                            uid: creation.uid, providerID: "imm_sim_\(creation.uid)", set: creation.set,
                            slot: creation.slot)
                    }
                }
                return provider
            }),
    ]

    private static func ignoringUnknown(_ body: () async throws(ProviderError) -> Void) async throws(ProviderError) {
        do throws(ProviderError) { try await body() } catch {
            guard error.code == .unknownOutcome else { throw error }
        }
    }
}
