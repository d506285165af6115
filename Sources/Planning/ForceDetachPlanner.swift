public import Ambient
public import InfraAPI

/// What becomes of an administrator's request to end an attachment without proof. Pure, and the same whether the volume's
/// set decides it or, where there is none, the volume's own reconciler.
public enum ForceDetachDecision: Sendable, Hashable {
    /// The attachment ends with this receipt, and then the request is answered.
    case accept(DetachReceipt, VolumeForceDetachStatus)
    /// The receipt stands already, from a try that was cut off: the request is answered.
    case acknowledge(VolumeForceDetachStatus)
    case refuse(VolumeForceDetachStatus)

    /// - Parameter volume: the one that the request names; nil when there is none.
    public init(_ request: VolumeForceDetach, on volume: Volume?, now: Timestamp) {
        var status = request.status
        status.decidedAt = now
        guard let volume else {
            self = .refuse(status.refused("there is no volume \(request.spec.volume)"))
            return
        }
        if let receipt = volume.status.receipts.last(where: { $0.override?.requestUID == request.metadata.uid }) {
            self = .acknowledge(status.accepted(by: receipt))
            return
        }
        if let refusal = ForceDetachDecision.refusal(request, volume) {
            self = .refuse(status.refused(refusal))
            return
        }
        let receipt = ForceDetachDecision.receipt(request, volume, now)
        self = .accept(receipt, status.accepted(by: receipt))
    }

    private static func refusal(_ request: VolumeForceDetach, _ volume: Volume) -> String? {
        let (spec, name) = (request.spec, volume.metadata.name)
        if let uid = spec.volumeUID, uid != volume.metadata.uid {
            return "volume \(name) has the uid \(volume.metadata.uid), and not \(uid): it is another one"
        }
        guard let attachment = volume.status.attachment else {
            return "volume \(name) is attached to nobody; its newest epoch is \(volume.status.epoch)"
        }
        guard attachment.epoch == spec.epoch else {
            return "volume \(name) is attached to \(attachment.instance) with epoch \(attachment.epoch), and not "
                + "\(spec.epoch): look at it again"
        }
        return nil
    }

    private static func receipt(_ request: VolumeForceDetach, _ volume: Volume, _ now: Timestamp) -> DetachReceipt {
        var override = ForcedDetachment()
        override.request = request.metadata.name
        override.requestUID = request.metadata.uid
        override.requestedBy = request.status.requestedBy
        override.reason = request.spec.reason
        let attachment = volume.status.attachment ?? VolumeAttachment()
        override.notProven =
            "nobody has confirmed that \(attachment.instance) does not run: it may still write to "
            + "\(volume.metadata.name) as of epoch \(attachment.epoch)"
        var receipt = DetachReceipt()
        receipt.epoch = attachment.epoch
        receipt.instance = attachment.instance
        receipt.instanceUID = attachment.instanceUID
        receipt.proof = .forced
        receipt.acknowledgedAt = now
        receipt.readAt = now
        receipt.override = override
        return receipt
    }
}

extension VolumeForceDetachStatus {
    fileprivate func refused(_ message: String) -> VolumeForceDetachStatus {
        var status = self
        status.outcome = .refused
        status.message = message
        return status
    }

    fileprivate func accepted(by receipt: DetachReceipt) -> VolumeForceDetachStatus {
        var status = self
        status.outcome = .accepted
        status.instance = receipt.instance
        status.instanceUID = receipt.instanceUID
        status.notProven = receipt.override?.notProven
        return status
    }
}

/// Answers the requests to end attachments by force. Needs no provider: that it cannot be asked is mostly why.
enum ForceDetachPlanner {
    static func plan(_ draft: inout PlanDraft) {
        for view in draft.observation.volumes {
            var volume = view.record
            for request in view.forceDetaches where request.status.outcome == .pending {
                let slot = volume.spec.claim?.slot
                switch ForceDetachDecision(request, on: volume, now: draft.now) {
                case .accept(let receipt, let status):
                    draft.add(
                        .detachVolumes([volume.metadata.name], receipt), slot: slot, .forceDetached,
                        "\(request.status.requestedBy ?? "somebody") ended the attachment of \(volume.metadata.name) to "
                            + "\(receipt.instance) (\(request.metadata.name): \(request.spec.reason)); "
                            + (receipt.override?.notProven ?? ""))
                    draft.add(
                        .answerForceDetach(request.metadata.name, status), slot: slot, .forceDetached,
                        "\(request.metadata.name) is accepted")
                    volume.status.attachment = nil
                case .acknowledge(let status):
                    draft.add(
                        .answerForceDetach(request.metadata.name, status), slot: slot, .forceDetached,
                        "\(request.metadata.name) is accepted")
                case .refuse(let status):
                    draft.add(
                        .answerForceDetach(request.metadata.name, status), slot: slot, .forceDetachRefused,
                        "\(request.metadata.name) is refused: \(status.message ?? "")")
                }
            }
        }
    }

    /// Instances whose hold on a volume was ended by force: each is told to go as soon as it can be reached, takes nobody's
    /// place, and never gets its volume back.
    static func dispossessed(_ volumes: [VolumeView]) -> Set<String> {
        var uids: Set<String> = []
        for volume in volumes {
            for receipt in volume.record.status.receipts where receipt.proof == .forced {
                uids.insert(receipt.instanceUID)
            }
        }
        return uids
    }
}
