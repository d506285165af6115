import InfraAPI
import Logging
import Planning
import ProviderInterface
import ResourceAPI

// What an effect reads again where it counts. Whoever began it may have been slow, or paused, or no leader any more: between
// its intent and its call another leader may have brought the whole handover to its end.
extension InstanceEffect {
    /// Whether the instance may still come to be and run: with volumes, they are attached to it in its epoch; without, its record
    /// stands.
    func isStillMeant() async throws(APIStatus) -> Bool {
        guard instance.spec.epoch > 0 else {
            let stored = try await client.find(Instance.self, namespace: instance.namespace, name: instance.name)
            return stored?.uid == instance.uid && stored?.isBeingDeleted == false
        }
        for (_, volume) in volumes {
            let stored = try await client.get(Volume.self, namespace: volume.namespace, name: volume.name)
            guard stored.uid == volume.uid, stored.status.attachment?.instanceUID == instance.uid,
                stored.status.epoch == instance.spec.epoch
            else { return false }
        }
        return true
    }

    func requireStillMeant() async throws {
        guard try await !isStillMeant() else { return }
        throw over
    }

    /// Takes back what a create has just made when the instance was given up meanwhile: it never ran, and nobody else knows its
    /// id. What runs was started by somebody who knows more.
    func takeBackUnlessMeant(_ made: ObservedInstance) async throws {
        guard try await !isStillMeant() else { return }
        if made.state == .created { try await agent.provider.destroy(made.handle) }
        throw over
    }

    private var over: ProviderError {
        instance.spec.epoch > 0
            ? ProviderError(.volumeInUse, "the volumes of \(instance.name) are not attached to it any more")
            : ProviderError(.cancelled, "\(instance.name) is not wanted any more")
    }

    /// Runs `body`, once more if the fence stood in its way and what held it was nobody's.
    func pastStrays<Result: Sendable>(_ body: () async throws -> Result) async throws -> Result {
        do {
            return try await body()
        } catch let error as ProviderError where error.code == .nameTaken && instance.spec.epoch > 0 {
            guard try await destroyStrays() else { throw error }
            return try await body()
        }
    }

    /// Destroys what an earlier occupant's create left behind when it landed after that occupant's receipt: it holds the name, and
    /// with it the slot. It never ran, and the volume's record has the receipt that its instance's life is over; anything else that
    /// holds the name is waited for.
    ///
    /// - Returns: whether one was destroyed.
    private func destroyStrays() async throws -> Bool {
        let observation = try await agent.provider.observe()
        guard observation.identity == agent.view.identity else { return false }
        var found = false
        for stray in observation.instances where stray.uid != instance.uid && stray.state == .created {
            guard try await hasReceipt(stray) else { continue }
            agent.logger.notice(
                "destroys what a late create of an earlier occupant left",
                metadata: ["instance": "\(instance.name)", "uid": "\(stray.uid)", "epoch": "\(stray.epoch)"])
            try await agent.provider.destroy(stray.handle)
            agent.mirror.take(try await agent.provider.read(stray.handle).instance, uid: stray.uid)
            found = true
        }
        return found
    }

    /// Whether it holds volumes of ours alone, and each of them has the receipt of its epoch.
    private func hasReceipt(_ stray: ObservedInstance) async throws -> Bool {
        if stray.volumeUIDs.isEmpty { return false }
        for uid in stray.volumeUIDs {
            guard let known = volumes.first(where: { $0.volume.objectUID == uid })?.volume else { return false }
            let stored = try await client.get(Volume.self, namespace: known.namespace, name: known.name)
            let receipt = stored.status.receipts.last { $0.instanceUID == stray.uid && $0.epoch == stray.epoch }
            guard stored.uid == known.uid, receipt != nil, stored.status.attachment?.instanceUID != stray.uid else {
                return false
            }
        }
        return true
    }
}
