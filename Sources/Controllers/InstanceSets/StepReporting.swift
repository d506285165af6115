import InfraAPI
import Planning

extension Step {
    /// Whether people want to read of it: changes of the fleet, not of the books.
    var isReported: Bool {
        switch self {
        case .createRevision, .rollBack, .prepareImage, .createVolume, .bindVolume, .orphanVolume, .adoptVolume,
            .resizeVolume,
            .attachVolumes, .detachVolumes,
            .createInstance, .adoptInstance, .intend, .deleteInstance, .recordGap, .recordVerdict,
            .answerForceDetach, .createSnapshot, .refuseRestore:
            true
        case .displaceVolume, .addFinalizer, .removeFinalizer, .resolveTemplate, .deleteRevision, .provisionVolume,
            .recordProvisioned,
            .recordResized,
            .recordInstance, .execute, .forgetInstance:
            false
        }
    }

    /// One line for logs.
    var summary: String {
        switch self {
        case .addFinalizer: "add finalizer"
        case .removeFinalizer: "remove finalizer"
        case .resolveTemplate: "resolve template"
        case .createRevision(let spec): "create revision \(spec.number)"
        case .recordVerdict(let name, let status): "record \(name) \(status.verdict.rawValue)"
        case .rollBack(let from, let to): "roll back from \(from) to \(to)"
        case .deleteRevision(let name): "delete revision \(name)"
        case .prepareImage(let image): "prepare \(image)"
        case .createVolume(let name, _): "create volume \(name)"
        case .bindVolume(let name): "bind volume \(name)"
        case .provisionVolume(let name): "provision volume \(name)"
        case .recordProvisioned(let name, _): "record volume \(name)"
        case .orphanVolume(let name): "orphan volume \(name)"
        case .adoptVolume(let name, let claim): "adopt volume \(name) as \(claim.name) of slot \(claim.slot)"
        case .resizeVolume(let name, let size): "resize volume \(name) to \(size)"
        case .recordResized(let name, let size): "record volume \(name) of \(size)"
        case .createSnapshot(let name, let spec): "snapshot \(name) of \(spec.volume)"
        case .displaceVolume(let name): "displace volume \(name)"
        case .refuseRestore: "refuse a request for older data"
        case .attachVolumes(let names, let instance, _, let epoch):
            "attach \(names.joined(separator: ", ")) to \(instance), epoch \(epoch)"
        case .detachVolumes(let names, let receipt):
            "receipt of \(names.joined(separator: ", ")), epoch \(receipt.epoch)"
        case .answerForceDetach(let name, let status): "answer \(name): \(status.outcome.rawValue)"
        case .recordGap(let names, _, let milliseconds): "gap of \(names.joined(separator: ", ")): \(milliseconds) ms"
        case .createInstance(let spec): "create instance of \(spec.revision)"
        case .adoptInstance(let name): "adopt \(name)"
        case .recordInstance(let name, let status): "record \(name) \(status.phase)"
        case .intend(let name, let step): "intend \(step.rawValue) \(name)"
        case .deleteInstance(let name): "delete \(name)"
        case .execute(let name, let step): "execute \(step.rawValue) \(name)"
        case .forgetInstance(let name): "forget \(name)"
        }
    }
}

extension Reason {
    /// Reasons that somebody should look at.
    var isWarning: Bool {
        switch self {
        case .restoreRefused, .died, .killed, .rejected, .lost, .notLive, .startRefused, .couldNotTry, .stopOverdue,
            .forceDetached,
            .forceDetachRefused:
            true
        default: false
        }
    }
}

// The words of `immctl plan`.
extension Step {
    var action: String {
        switch self {
        case .createRevision: "CreateRevision"
        case .rollBack: "RollBack"
        case .createVolume: "CreateVolume"
        case .bindVolume: "BindVolume"
        case .orphanVolume: "OrphanVolume"
        case .adoptVolume: "AdoptVolume"
        case .resizeVolume: "ResizeVolume"
        case .createSnapshot: "Snapshot"
        case .displaceVolume: "DisplaceVolume"
        case .refuseRestore: "RefuseRestore"
        case .attachVolumes: "Attach"
        case .detachVolumes: "Detach"
        case .createInstance: "Create"
        case .adoptInstance: "Adopt"
        case .intend(_, let step): step.rawValue
        case .execute(_, let step): step.rawValue
        case .deleteInstance: "Destroy"
        case .forgetInstance: "Forget"
        case .recordVerdict(_, let status) where status.verdict == .rejected: "Reject"
        case .recordInstance, .recordGap, .recordProvisioned, .recordResized, .recordVerdict, .answerForceDetach:
            "Record"
        case .provisionVolume: "ProvisionVolume"
        case .prepareImage: "PrepareImage"
        case .resolveTemplate: "ResolveImage"
        case .deleteRevision: "DeleteRevision"
        case .addFinalizer, .removeFinalizer: "Finalize"
        }
    }

    var instanceName: String? {
        switch self {
        case .attachVolumes(_, let name, _, _), .adoptInstance(let name), .recordInstance(let name, _),
            .intend(let name, _),
            .execute(let name, _), .deleteInstance(let name), .forgetInstance(let name):
            name
        case .detachVolumes(_, let receipt): receipt.instance
        default: nil
        }
    }
}
