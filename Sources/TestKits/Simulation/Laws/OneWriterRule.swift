import InfraAPI
import ProviderInterface

/// L2 in the records: epochs grow, an attachment ends with a true receipt, and nothing is attached that is not recorded. The
/// engine itself watches that no two hold or run with a volume.
struct OneWriterRule: LawRule {
    mutating func committed(_ change: RecordChange, before: World, after: World) -> [LawViolation] {
        guard case .volume(let new) = change.after else { return [] }
        guard case .volume(let old) = change.before, old.uid == new.uid else { return [] }
        var messages: [String] = []
        if new.status.epoch < old.status.epoch {
            messages.append("its epoch went back from \(old.status.epoch) to \(new.status.epoch)")
        }
        if let attachment = new.status.attachment, attachment != old.status.attachment {
            messages += attached(attachment, old, new)
        }
        if let ended = old.status.attachment, new.status.attachment == nil {
            messages += detached(ended, new, after)
        }
        return messages.map { LawViolation(.oneWriter, at: after.uptime, objects: ["volume \(new.name)"], $0) }
    }

    private func attached(_ attachment: VolumeAttachment, _ old: Volume, _ new: Volume) -> [String] {
        var messages: [String] = []
        if let standing = old.status.attachment {
            messages.append("attached to \(attachment.instance) while it is attached to \(standing.instance)")
        }
        if attachment.epoch <= old.status.epoch || attachment.epoch != new.status.epoch {
            messages.append("attached with epoch \(attachment.epoch), after epoch \(old.status.epoch)")
        }
        return messages
    }

    private func detached(_ ended: VolumeAttachment, _ new: Volume, _ world: World) -> [String] {
        let receipt = new.status.receipts.last { $0.instanceUID == ended.instanceUID && $0.epoch == ended.epoch }
        guard let receipt else { return ["detached from \(ended.instance) without a receipt"] }
        if receipt.proof == .forced { return forced(receipt, ended, new, world) }
        var messages: [String] = []
        if receipt.readAt < receipt.acknowledgedAt {
            messages.append("the receipt's read began before the destruction was acknowledged")
        }
        if let recorded = new.status.providerIdentity, receipt.providerIdentity != recorded {
            messages.append("the receipt is from \(receipt.providerIdentity), the volume is at \(recorded)")
        }
        // A create that landed after the read, which nobody could see, never ran: the slot's next occupant removes it.
        let holders = ([world.engine] + world.shelvedRoots).flatMap { $0.holders(of: new.objectUID) }
        let holds = holders.contains { $0.observed.uid == ended.instanceUID && !($0.isLate && $0.startCount == 0) }
        if holds {
            messages.append("there is a receipt, but \(ended.instance) still holds the volume")
        }
        return messages
    }

    /// An attachment may end without proof only where somebody's request says so, of this very attachment.
    private func forced(
        _ receipt: DetachReceipt, _ ended: VolumeAttachment, _ volume: Volume, _ world: World
    ) -> [String] {
        guard let request = world.forceDetaches[receipt.override?.requestUID ?? ""], !request.spec.reason.isEmpty,
            request.spec.volume == volume.name, request.spec.epoch == ended.epoch,
            request.spec.volumeUID.map({ $0 == volume.uid }) ?? true
        else { return ["detached from \(ended.instance) by force, and nobody asked for that"] }
        return []
    }

    mutating func called(_ call: SimulatedProvider.Call, _ world: World) -> [LawViolation] {
        guard call.operation == .create, let handle = call.instance, let fence = handle.fenceVolumeUID else {
            return []
        }
        let attachment = world.volume(object: fence)?.status.attachment
        guard attachment?.instanceUID != handle.uid || attachment?.epoch != handle.epoch else { return [] }
        return [
            LawViolation(
                .oneWriter, at: call.uptime, objects: ["volume \(fence)", "instance \(handle.uid)"],
                "created before the attachment with epoch \(handle.epoch) was stored")
        ]
    }
}
