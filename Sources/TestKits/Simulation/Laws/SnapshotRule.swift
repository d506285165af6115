import InfraAPI
import ProviderInterface

/// L2 and L3 for copies: a volume is copied only while its record holds it for that and nobody is attached; an instance of
/// another revision gets a volume that is to be copied first only once the copy is whole, and the copy holds what the volume
/// held; a volume that is made from a copy begins with what is in it.
struct SnapshotRule: LawRule {
    mutating func committed(_ change: RecordChange, before: World, after: World) -> [LawViolation] {
        guard case .volume(let new) = change.after else { return [] }
        var messages: [String] = []
        if new.status.copy != nil, new.status.attachment != nil {
            messages.append("it is held for a copy while it is attached")
        }
        if case .volume(let old) = change.before, old.uid == new.uid, old.status.attachment == nil,
            let attachment = new.status.attachment
        {
            if let message = attached(attachment, old, before) { messages.append(message) }
        }
        if case .volume(let old) = change.before, !old.status.provisioned, new.status.provisioned,
            let message = made(new, after)
        {
            messages.append(message)
        }
        return messages.map { LawViolation(.oneWriter, at: after.uptime, objects: ["volume \(new.name)"], $0) }
    }

    /// As the world was before the commit: the instance's record is older than the attachment.
    private func attached(_ attachment: VolumeAttachment, _ old: Volume, _ world: World) -> String? {
        guard let instance = world.instances[attachment.instanceUID], let claim = old.spec.claim,
            let set = world.set(of: instance), let written = old.status.revision, written != instance.spec.revision,
            set.spec.volumeClaimTemplates.contains(where: {
                $0.name == claim.name && $0.spec.snapshotBeforeReplace
            })
        else { return nil }
        let copies = world.snapshots.values.filter {
            $0.status.volumeUID == old.uid && $0.status.epoch == old.status.epoch && $0.status.takenAt != nil
        }
        guard !copies.isEmpty else {
            return "attached to \(instance.name) of \(instance.spec.revision) before the data of \(written) was copied"
        }
        let content = world.engine.volumes[old.objectUID]?.content
        let isTrue = copies.contains { copy in
            let handle = SnapshotHandle(uid: copy.uid, attempt: copy.status.attempt)
            return world.engine.snapshots[handle]?.content == content
        }
        // While another data root answers, nobody can look.
        guard world.engine.identity == old.status.providerIdentity, !isTrue else { return nil }
        return "its copy does not hold what it held when \(instance.name) got it"
    }

    private func made(_ volume: Volume, _ world: World) -> String? {
        guard let source = volume.spec.source, let copy = world.snapshots[source.snapshotUID],
            world.engine.identity == volume.status.providerIdentity
        else { return nil }
        let handle = SnapshotHandle(uid: copy.uid, attempt: copy.status.attempt)
        guard let held = world.engine.snapshots[handle]?.content else { return nil }
        let content = world.engine.volumes[volume.objectUID]?.content
        return content == held ? nil : "it was made from \(source.snapshot), and does not hold what that holds"
    }

    mutating func called(_ call: SimulatedProvider.Call, _ world: World) -> [LawViolation] {
        guard call.operation == .createSnapshot, let uid = call.volumeUID else { return [] }
        let volume = world.volume(object: uid)
        var message: String?
        if volume?.status.copy?.snapshotUID != call.snapshotUID {
            message = "copied before the intent to do it was stored"
        } else if let attachment = volume?.status.attachment {
            message = "copied while it is attached to \(attachment.instance)"
        }
        return message.map {
            [LawViolation(.oneWriter, at: call.uptime, objects: ["volume \(volume?.name ?? uid)"], $0)]
        } ?? []
    }

    mutating func ended(_ world: World) -> [LawViolation] {
        world.volumes.values.sorted { $0.name < $1.name }.filter { $0.status.copy != nil }.map { volume in
            LawViolation(
                .converges, at: world.uptime, objects: ["volume \(volume.name)"],
                "still held for the copy \(volume.status.copy?.snapshot ?? "")")
        }
    }
}

extension World {
    /// Whether it is a try to make a volume from a copy that a newer one has taken the place of: it was never attached.
    func isSupersededTry(_ uid: String) -> Bool {
        guard let dash = uid.lastIndex(of: "-"), let number = Int(uid[uid.index(after: dash)...]),
            let volume = volumes[String(uid[..<dash])]
        else { return false }
        return number < volume.status.restoreAttempt
    }
}
