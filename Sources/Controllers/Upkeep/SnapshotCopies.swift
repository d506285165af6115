import Ambient
import ControllerRuntime
import InfraAPI
import Planning
import ProviderInterface
import ResourceAPI

/// The copies that are being made in this process. Losing them loses nothing: the volume's record says for which snapshot it is
/// held, and the next try has a name of its own.
final class SnapshotCopies: Sendable {
    /// Copies of one provider at the same time: each moves a whole volume.
    static let limit = 2

    enum Outcome: Sendable {
        case taken(TakenSnapshot)
        case failed(EffectFailure.Class, reason: String, message: String)
    }

    private struct Entry: Sendable {
        var uid: String
        var outcome: Execution<TakenSnapshot> = .inFlight
    }

    private let operations: BackgroundOperations<Outcome>
    private let time: any TimeSource
    private let entries = Guarded<[NamespacedName: Entry]>([:])

    init(operations: BackgroundOperations<Outcome>, time: any TimeSource) {
        self.operations = operations
        self.time = time
    }

    func begin(_ copying: SnapshotCopying) {
        let key = NamespacedName(copying.snapshot)
        let operation = OperationKey(owner: key, uid: copying.snapshot.uid, step: "Copy")
        guard operations.start(operation, limit: "\(copying.agent.name) copies", { await copying.run() }) else {
            return
        }
        entries.withLock { $0[key] = Entry(uid: copying.snapshot.uid) }
    }

    /// Takes in what has ended.
    func collect(_ key: NamespacedName) {
        for (operation, result) in operations.takeResults(for: key) {
            let outcome: Execution<TakenSnapshot>? =
                switch result {
                case .neverBegan: nil
                case .finished(.taken(let taken)): .succeeded(taken)
                case .finished(.failed(let kind, let reason, let message)):
                    .failed(EffectFailure(kind: kind, reason: reason, message: message, attempts: 1, at: time.now))
                }
            entries.withLock { $0[key] = outcome.map { Entry(uid: operation.uid, outcome: $0) } }
        }
    }

    func execution(of snapshot: SlotSnapshot) -> Execution<TakenSnapshot> {
        entries.withLock { entries in
            guard let entry = entries[NamespacedName(snapshot)], entry.uid == snapshot.uid else { return .notStarted }
            return entry.outcome
        }
    }

    func forget(_ key: NamespacedName) { entries.withLock { $0[key] = nil } }
}

/// One try to copy a volume.
struct SnapshotCopying: Sendable {
    let snapshot: SlotSnapshot
    let volume: Volume
    let image: String?
    let agent: ProviderAgent
    let client: any ResourceClient

    func run() async -> SnapshotCopies.Outcome {
        do {
            try await requireStillHeld()
            let made = try await pastStrays()
            return .taken(
                TakenSnapshot(
                    attempt: snapshot.status.attempt, providerID: made.providerID,
                    providerIdentity: agent.view.identity, contentBytes: made.contentBytes,
                    contentEntries: made.contentEntries))
        } catch let error as ProviderError {
            return .failed(.couldNotTry, reason: error.code.rawValue, message: error.message)
        } catch let error as APIStatus {
            return .failed(.tryAgain, reason: error.reason.rawValue, message: error.message)
        } catch {
            return .failed(.tryAgain, reason: "Cancelled", message: "\(error)")
        }
    }

    private func create() async throws(ProviderError) -> ObservedSnapshot {
        try await agent.provider.createSnapshot(
            SnapshotCreation(
                handle: SnapshotHandle(uid: snapshot.uid, attempt: snapshot.status.attempt),
                volume: VolumeHandle(uid: volume.objectUID),
                set: volume.spec.claim.map { "\(volume.namespace)/\($0.set)" }, slot: volume.spec.claim?.slot,
                claim: volume.spec.claim?.name, epoch: volume.status.epoch, image: image))
    }

    /// Once more if what held the volume was nobody's.
    private func pastStrays() async throws -> ObservedSnapshot {
        do throws(ProviderError) {
            return try await create()
        } catch {
            guard error.code == .volumeInUse, try await destroyStrays() else { throw error }
            return try await create()
        }
    }

    /// Destroys what an earlier occupant's create left behind when it landed after that occupant's receipt, as the slot's next
    /// occupant would: it never ran, and each volume that it holds has the receipt of its epoch. Anything else is waited for.
    ///
    /// - Returns: whether one was destroyed.
    private func destroyStrays() async throws -> Bool {
        let observation = try await agent.provider.observe()
        guard observation.identity == agent.view.identity else { return false }
        let strays = observation.instances.filter {
            $0.state == .created && $0.volumeUIDs.contains(volume.objectUID)
        }
        guard !strays.isEmpty else { return false }
        let stored = try await client.list(Volume.self, in: volume.namespace).items
        var found = false
        for stray in strays {
            let isOver = stray.volumeUIDs.allSatisfy { uid in
                stored.contains { volume in
                    volume.objectUID == uid && volume.status.attachment?.instanceUID != stray.uid
                        && volume.status.receipts.contains { $0.instanceUID == stray.uid && $0.epoch == stray.epoch }
                }
            }
            guard isOver else { continue }
            try await agent.provider.destroy(stray.handle)
            agent.mirror.take(try await agent.provider.read(stray.handle).instance, uid: stray.uid)
            found = true
        }
        return found
    }

    /// The planner saw the records; that they stand is read once more, where it counts: another leader may have acted since.
    private func requireStillHeld() async throws {
        let stored = try await client.get(Volume.self, namespace: volume.namespace, name: volume.name)
        guard stored.uid == volume.uid, stored.status.attachment == nil,
            stored.status.copy?.snapshotUID == snapshot.uid, stored.status.epoch == volume.status.epoch
        else {
            throw ProviderError(.volumeInUse, "volume \(volume.name) is not held for \(snapshot.name) any more")
        }
    }
}
