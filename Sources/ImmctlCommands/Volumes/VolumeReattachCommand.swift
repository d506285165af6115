import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

struct VolumeReattachCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "reattach",
        abstract: "Give an orphaned volume, with its data, to a slot of a set.",
        discussion: """
            The volume must be orphaned, so that it has no writer, and at the provider that the set runs on. The place must be \
            free: where another orphan belongs there, --displace takes its place from it; where the slot has a volume in use, \
            scale the set down first. The volume keeps its name, its epoch and its data; the slot's next instance gets it.

            Examples:
              immctl volume reattach data-old-0 --set db --slot 0
              immctl volume reattach data-db-2 --set db --slot 0 --claim data --displace
              immctl volume reattach data-db-0 --nowhere
            """)

    @OptionGroup var target: VolumeTarget

    @Option(help: "Name of the set; it may be one that is still to be made.")
    var set: String?

    @Option(help: "Number of the slot.")
    var slot: Int?

    @Option(help: "Name of the claim; without it, the one that the volume was made for.")
    var claim: String?

    @Flag(help: "Take the place from the orphan that belongs there now, which then belongs nowhere.")
    var displace = false

    @Flag(help: "Let the volume belong nowhere, so that no slot gets it back.")
    var nowhere = false

    func validate() throws {
        if nowhere {
            if set != nil || slot != nil || claim != nil || displace {
                throw ValidationError("--nowhere and a place exclude each other")
            }
        } else if set == nil || slot == nil {
            throw ValidationError("say where: --set NAME --slot NUMBER, or --nowhere")
        }
        if let slot, !(0...9_999).contains(slot) { throw ValidationError("--slot must be 0 to 9999, not \(slot)") }
    }

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let reference = try target.reference()
        return try await target.server.withSession(invocation) { session throws(CommandFailure) in
            let client = session.client
            let volume: Volume = try await client.load(reference)
            try checkOrphaned(volume)
            guard let place = try place(of: volume) else {
                try await VolumeReattachCommand.move(volume, to: nil, client)
                invocation.console.print("\(reference.qualifiedName) belongs nowhere now")
                return .success
            }
            if volume.spec.claim == place {
                invocation.console.print("\(reference.qualifiedName) unchanged: it belongs there already")
                return .success
            }
            if let other = try await holder(of: place, besides: volume, client) {
                try await VolumeReattachCommand.move(other, to: nil, client)
                invocation.console.print("volume.imm.dev/\(other.name) belongs nowhere now; its data stays")
            }
            try await VolumeReattachCommand.move(volume, to: place, client)
            invocation.console.print(
                "\(reference.qualifiedName) belongs to slot \(place.slot) of set \(place.set) now, as claim \(place.name)"
            )
            try await tell(place, volume, client, invocation.console)
            return .success
        }
    }

    private func checkOrphaned(_ volume: Volume) throws(CommandFailure) {
        guard let holder = volume.holder else { return }
        throw CommandFailure(
            .conflict, "volume \(volume.name) is not orphaned: \(holder)",
            hints: ["scale the set down below the slot, or delete the set: the volume keeps its data"])
    }

    private func place(of volume: Volume) throws(CommandFailure) -> VolumeClaimReference? {
        guard let set, let slot else { return nil }
        guard let name = claim ?? volume.spec.claim?.name else {
            throw .usage("volume \(volume.name) was made for no claim: name one with --claim")
        }
        var place = VolumeClaimReference()
        place.set = set
        place.slot = slot
        place.name = name
        return place
    }

    /// The orphan to be displaced; nil: the place is free.
    private func holder(
        of place: VolumeClaimReference, besides volume: Volume, _ client: any ResourceClient
    ) async throws(CommandFailure) -> Volume? {
        let list = try await request("list volumes") { () throws(APIStatus) in
            try await client.list(
                Volume.resourceType, in: volume.namespace,
                ListOptions(fieldSelector: "spec.claim.set=\(place.set)")
            ).items
        }
        for item in list {
            let other: Volume = try decode(item)
            guard other.spec.claim == place, other.name != volume.name else { continue }
            if let holder = other.holder {
                throw CommandFailure(
                    .conflict, "volume \(other.name) is in use there: \(holder)",
                    hints: ["scale set \(place.set) down to \(place.slot) or less, and try again"])
            }
            guard displace else {
                throw CommandFailure(
                    .conflict, "the orphaned volume \(other.name) belongs there",
                    hints: ["with --displace it belongs nowhere afterwards; its data stays"])
            }
            return other
        }
        return nil
    }

    /// Conditional on the version that was looked at.
    private static func move(
        _ volume: Volume, to place: VolumeClaimReference?, _ client: any ResourceClient
    ) async throws(CommandFailure) {
        var claim = JSONValue.null
        if let place {
            claim = [
                "set": .string(place.set), "slot": .int(Int64(place.slot)), "name": .string(place.name),
            ]
        }
        let labels = JSONObject([
            ("imm.dev/set", place.map { .string($0.set) } ?? .null),
            ("imm.dev/slot", place.map { .string("\($0.slot)") } ?? .null),
        ])
        let patch: JSONValue = [
            "metadata": [
                "resourceVersion": .string(volume.metadata.resourceVersion), "labels": .object(labels),
            ],
            "spec": ["claim": claim],
        ]
        let reference = ObjectReference(Volume.resourceType, namespace: volume.namespace, name: volume.name)
        _ = try await request("move \(reference.qualifiedName)") { () throws(APIStatus) in
            try await client.mergePatch(reference, patch, nil, WriteOptions(fieldManager: Session.fieldManager))
        }
    }

    /// What has to happen still, before the data is in use.
    private func tell(
        _ place: VolumeClaimReference, _ volume: Volume, _ client: any ResourceClient, _ console: Console
    ) async throws(CommandFailure) {
        let stored = try await request("get set \(place.set)") { () throws(APIStatus) in
            try await client.find(InstanceSet.self, namespace: volume.namespace, name: place.set)
        }
        guard let stored else {
            console.print("it waits for a set \(place.set) with that slot and claim")
            return
        }
        guard place.slot >= stored.spec.replicas else { return }
        console.print(
            "it waits until set \(place.set) has that slot: `immctl scale iset/\(place.set) --replicas \(place.slot + 1)`"
        )
    }
}
