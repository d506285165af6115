import Ambient
import InfraAPI
import Logging
import Planning
import ProviderInterface
import ResourceAPI

/// One effect on one instance. Idempotent: called again after a crash it finds what is done already.
struct InstanceEffect: Sendable {
    let instance: Instance
    /// `namespace/name`
    let setName: String
    let revision: Revision?
    /// Volumes by claim, in the order of the claims; empty for an instance without volumes.
    let volumes: [(claim: String, volume: Volume)]
    let agent: ProviderAgent
    let client: any ResourceClient
    let time: any TimeSource

    /// The slot's volumes that the revision's claims name.
    static func mounted(
        by instance: Instance, _ revision: Revision?, _ volumes: [Volume]
    ) -> [(claim: String, volume: Volume)] {
        guard instance.spec.epoch > 0 else { return [] }
        let ofSlot = volumes.filter {
            $0.spec.claim?.slot == instance.spec.slot && $0.spec.claim?.set == instance.spec.set
        }
        // Without its revision the volumes that it holds say which ones they are.
        let claims =
            revision?.spec.volumeClaimTemplates.map(\.name)
            ?? ofSlot.filter { $0.status.attachment?.instanceUID == instance.uid }.compactMap { $0.spec.claim?.name }
            .sorted()
        return claims.compactMap { claim in
            ofSlot.first { $0.spec.claim?.name == claim }.map { (claim, $0) }
        }
    }

    func run(_ step: InstanceStep.Name) async -> EffectOutcome {
        do {
            switch step {
            case .launch:
                try await create()
                try await startCreated()
            case .create: try await create()
            case .start: try await start()
            case .stop: try await stop()
            case .retire:
                try await stop()
                return .instance(.destroyed(try await destroy()))
            case .destroy: return .instance(.destroyed(try await destroy()))
            }
            return .instance(.done)
        } catch let error as ProviderError {
            await note(error)
            return EffectOutcome(error)
        } catch let error as APIStatus {
            return .failed(.couldNotTry, reason: error.reason.rawValue, message: error.message)
        } catch {
            return .failed(.tryAgain, reason: "Cancelled", message: "\(error)")
        }
    }

    private var handle: InstanceHandle {
        let known = agent.mirror.entry(instance.uid) ?? nil
        let providerID = instance.status.providerID ?? known?.providerID
        // The name may be its successor's by now; the engine's own id stays its own.
        let fence = isDispossessed && providerID != nil ? nil : volumes.first?.volume.objectUID
        return InstanceHandle(
            uid: instance.uid, fenceVolumeUID: fence, epoch: instance.spec.epoch, providerID: providerID)
    }

    /// Whether its hold on a volume was ended by force: another may hold it since.
    private var isDispossessed: Bool {
        volumes.contains { _, volume in
            let status = volume.status
            guard status.attachment?.instanceUID != instance.uid else { return false }
            return status.epoch > instance.spec.epoch
                || status.receipts.contains { $0.proof == .forced && $0.instanceUID == instance.uid }
        }
    }

    /// Whether every hold of it was ended by force: no receipt comes of its destruction, so that its absence at the provider
    /// as it is now is all there is to know.
    private var holdsNothing: Bool {
        isDispossessed && volumes.allSatisfy { $0.volume.status.attachment?.instanceUID != instance.uid }
    }

    private func create() async throws {
        guard let revision else {
            throw ProviderError(.engineFailed, "revision \(instance.spec.revision) of \(instance.name) is gone")
        }
        // The planner saw the records; that they stand is read once more, where it counts.
        try await requireStillMeant()
        let template = revision.spec.template
        let creation = InstanceCreation(
            handle: handle, set: setName, slot: instance.spec.slot, instanceName: instance.name,
            revision: instance.spec.revision, revisionHash: instance.spec.revisionHash, template: template,
            secretValues: try await SecretReader(client: client, namespace: instance.namespace).values(of: template),
            volumes: volumes.map { VolumeAttachmentRequest(claim: $0.claim, volumeUID: $0.volume.objectUID) })
        let connection = agent.mirror.connection
        let made = try await pastStrays { try await agent.provider.create(creation) }
        // The call may have taken its time, and another leader may have acted meanwhile.
        try await takeBackUnlessMeant(made)
        agent.mirror.take(made, uid: instance.uid, on: connection)
    }

    /// What was created is started by the engine's own id alone: an id that is gone never comes back, so that a start which
    /// comes late, whoever sent it, starts nothing.
    private func start() async throws {
        try await requireStillMeant()
        try await startCreated()
    }

    private func startCreated() async throws {
        let connection = agent.mirror.connection
        agent.mirror.take(try await agent.provider.start(handle), uid: instance.uid, on: connection)
    }

    private func stop() async throws {
        let grace = Duration.seconds(revision?.spec.template.spec.terminationGracePeriodSeconds ?? 30)
        guard instance.spec.epoch > 0 else { return try await agent.provider.stop(handle, grace: grace) }
        try await onEveryTwin { handle in
            try await agent.provider.stop(handle, grace: grace)
            let connection = agent.mirror.connection
            let read = try await agent.provider.read(handle)
            agent.mirror.take(read.instance, uid: instance.uid, on: connection)
            guard case .running? = read.instance?.state else { return nil }
            return read.instance
        } orFail: {
            "\(instance.name) still runs after it was stopped"
        }
    }

    /// Destroys, and begins the confirming read after the destruction was acknowledged.
    private func destroy() async throws -> Destruction {
        let known = agent.mirror.entry(instance.uid) ?? nil
        let recorded = instance.status.providerIdentity ?? agent.view.identity
        var moments = (acknowledgedAt: time.now, readAt: time.now)
        try await onEveryTwin { handle in
            try await agent.provider.destroy(handle)
            moments = (time.now, time.now)
            let connection = agent.mirror.connection
            guard let read = try await pastStrays({ try await readLeft(handle) }) else { return nil }
            guard agent.stands(for: recorded, read.identity) || holdsNothing else {
                throw ProviderError(
                    .identityMismatch,
                    "provider \(agent.name) answers with identity \(read.identity), not \(recorded): no receipt")
            }
            agent.mirror.take(read.instance, uid: instance.uid, on: connection)
            return read.instance
        } orFail: {
            "\(instance.name) is still there after it was destroyed"
        }
        return Destruction(
            providerIdentity: agent.view.identity, acknowledgedAt: moments.acknowledgedAt, readAt: moments.readAt,
            providerID: instance.status.providerID ?? known?.providerID,
            lastWritableAt: known?.finishedAt ?? instance.status.finishedAt)
    }

    /// A direct read of what is to be gone. nil: it was never seen, and the name under which it would have been made belongs
    /// to its successor.
    private func readLeft(_ handle: InstanceHandle) async throws -> ConfirmingRead? {
        do throws(ProviderError) {
            return try await agent.provider.read(handle)
        } catch {
            if isDispossessed, handle.providerID == nil, error.code == .nameTaken { return nil }
            throw error
        }
    }

    /// More of them at once than creates can be lost; what is still there then is tried again later.
    private static let twinLimit = 4

    /// Carries an effect out on what the record's id names, and then on a twin: a create that landed after its caller had
    /// given up, and after its successor had gone, leaves another object of this uid under the same name.
    ///
    /// - Parameter effect: returns what a direct read still finds to be done.
    private func onEveryTwin(
        _ effect: (InstanceHandle) async throws -> ObservedInstance?, orFail message: () -> String
    ) async throws {
        var handle = handle
        for _ in 1...InstanceEffect.twinLimit {
            guard let left = try await effect(handle) else { return }
            guard left.providerID != handle.providerID else { break }
            handle.providerID = left.providerID
        }
        throw ProviderError(.unknownOutcome, message())
    }

    /// After a refusal or an unknown outcome a direct read says what is there.
    private func note(_ error: ProviderError) async {
        switch error.code {
        case .unreachable, .identityMismatch, .nameTaken, .cancelled: return
        default: break
        }
        let connection = agent.mirror.connection
        do throws(ProviderError) {
            agent.mirror.take(try await agent.provider.read(handle).instance, uid: instance.uid, on: connection)
        } catch {
            agent.logger.debug("a direct read failed", metadata: ["instance": "\(instance.name)", "error": "\(error)"])
        }
    }
}
