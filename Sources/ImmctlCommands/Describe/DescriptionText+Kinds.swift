import Ambient
import InfraAPI
import ResourceAPI

// One function a kind.
extension DescriptionText {
    mutating func describe(_ instance: Instance) {
        let (spec, status) = (instance.spec, instance.status)
        metadata(instance.metadata)
        add("Set", spec.set)
        add("Slot", "\(spec.slot)")
        add("Revision", spec.revision)
        add("Provider", spec.provider)
        add("Epoch", spec.epoch > 0 ? "\(spec.epoch)" : nil)
        add("Restart token", spec.restartToken)
        add("Phase", status.phase)
        add("Step", status.step.map { "\($0.name.rawValue): \($0.reason)" })
        add("Provider id", status.providerID)
        add("Image digest", status.imageDigest)
        add("Address", status.address)
        for port in status.ports {
            add("Port", "\(port.name) \(port.containerPort) at \(port.hostIP):\(port.hostPort)")
        }
        add("Started", time: status.startedAt)
        add("Ready since", time: status.readySince)
        add("Finished", time: status.finishedAt)
        add("Exit code", status.exitCode.map { "\($0)" })
        let why = [status.reason, status.message].compactMap { $0?.isEmpty ?? true ? nil : $0 }
        add("Why", why.isEmpty ? nil : why.joined(separator: ": "))
        conditions(status.conditions)
    }

    mutating func describe(_ revision: Revision) {
        let (spec, status) = (revision.spec, revision.status)
        metadata(revision.metadata)
        add("Set", spec.set)
        add("Number", "\(spec.number)")
        add("Hash", spec.hash)
        add("Requested image", spec.requestedImage.isEmpty ? nil : spec.requestedImage)
        add("Verdict", status.verdict.rawValue)
        if let evidence = status.evidence {
            add("Evidence", "\(evidence.reason): \(evidence.sentence)")
            add("Exit code", evidence.exitCode.map { "\($0)" })
        }
        add("Completed", time: status.completedAt)
        add("Proven", time: status.provenAt)
        add("Rejected", time: status.rejectedAt)
        add("Retried", time: status.retriedAt)
        section("Template", template(spec.template))
        section(
            "Volume claims",
            spec.volumeClaimTemplates.map { "\($0.name): \($0.spec.size), \($0.spec.accessMode.rawValue)" })
        conditions(status.conditions)
    }

    mutating func describe(_ volume: Volume) {
        let (spec, status) = (volume.spec, volume.status)
        metadata(volume.metadata)
        add("Provider", spec.provider)
        add("Size", "\(spec.size)")
        add("Access mode", spec.accessMode.rawValue)
        add("Reclaim policy", spec.reclaimPolicy.rawValue)
        add("Claim", spec.claim.map { "\($0.name) of slot \($0.slot) of \($0.set)" })
        add("Phase", status.phase)
        add("Orphaned", time: status.orphanedAt)
        add("Provider id", status.providerID)
        add("Epoch", "\(status.epoch)")
        add(
            "Attached to",
            status.attachment.map { "\($0.instance) (epoch \($0.epoch), \(Age.text(since: $0.attachedAt, now: now)))" }
                ?? "<nobody>")
        add("Last gap", status.lastGapMilliseconds.map { "\($0)ms" })
        var receipts = TextTable("Epoch", "Instance", "Proof", "Read", "Provider identity")
        receipts.rows = status.receipts.map {
            [
                "\($0.epoch)", $0.instance, $0.proof.rawValue, "\(Age.text(since: $0.readAt, now: now)) ago",
                $0.override.map { "none: \($0.requestedBy ?? "somebody") (\($0.request))" } ?? $0.providerIdentity,
            ].map(\.singleLine)
        }
        section("Receipts", status.receipts.isEmpty ? [] : receipts.lines())
        conditions(status.conditions)
    }

    mutating func describe(_ provider: ProviderObject) {
        let (spec, status) = (provider.spec, provider.status)
        metadata(provider.metadata)
        add("Type", spec.type.rawValue)
        add("Endpoint", spec.endpoint ?? "<usual one>")
        add("Max concurrent", "\(spec.maxConcurrentOperations)")
        add(
            "Allowed namespaces",
            spec.allowedNamespaces.isEmpty ? "all" : spec.allowedNamespaces.joined(separator: ", "))
        add("Identity", status.identity)
        add("Version", status.version)
        add("Last observed", time: status.lastObservedAt)
        if let able = status.capabilities {
            add("Attaches volumes", able.attachMode.rawValue)
            let words = [
                ("fence", able.fence), ("snapshot", able.snapshot), ("resize", able.resize),
                ("size limit", able.sizeLimit),
                ("read-only root", able.readOnlyRoot), ("files", able.files), ("host port", able.hostPort),
            ].filter(\.1).map(\.0)
            add("Capabilities", words.isEmpty ? "<none>" : words.joined(separator: ", "))
        }
        var unknown = TextTable("Kind", "Name", "Set", "Slot", "Id")
        unknown.rows = status.unknownObjects.map {
            [$0.kind, $0.name, $0.set ?? "", $0.slot.map { "\($0)" } ?? "", $0.id].map(\.singleLine)
        }
        section("Unknown objects", unknown.rows.isEmpty ? [] : unknown.lines())
        conditions(status.conditions)
    }

    /// Sizes only.
    mutating func describe(_ secret: Secret) {
        var shown = secret.metadata
        // kubectl's client-side apply keeps the whole object there.
        shown.annotations["kubectl.kubernetes.io/last-applied-configuration"] = nil
        metadata(shown)
        add("Type", secret.type)
        add("Immutable", secret.immutable == true ? "yes" : nil)
        let sizes = secret.data.sorted { $0.key < $1.key }.map {
            "\($0.key): \(SecretSize.bytes(ofBase64: $0.value)) bytes"
        }
        section("Data", sizes)
    }

    mutating func describe(_ namespace: Namespace) {
        metadata(namespace.metadata)
        add("Phase", namespace.status.phase)
        conditions(namespace.status.conditions)
    }
}

/// A revision for people, as `rollout history --revision` prints it.
enum RevisionDescription {
    static func lines(_ revision: Revision, now: Timestamp) -> [String] {
        var text = DescriptionText(now: now)
        text.describe(revision)
        return text.lines
    }
}
