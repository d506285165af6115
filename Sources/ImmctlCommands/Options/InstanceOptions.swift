import ArgumentParser
import InfraAPI
import ResourceAPI

/// One instance: by its name, or as the occupant of a slot.
struct InstanceOptions: ParsableArguments {
    @Argument(help: "instance/NAME or instanceset/NAME; a bare NAME is an instance.")
    var object: String

    @Option(help: "The slot of the set.")
    var slot: Int?

    /// What is named, before a server is asked.
    func reference(in namespace: String) throws(CommandFailure) -> ObjectReference {
        let word = object.contains("/") ? object : "instance/\(object)"
        let reference = try ResourceWords.reference(
            [word], in: namespace, kinds: [Instance.resourceType, InstanceSet.resourceType])
        if slot != nil && reference.type != InstanceSet.resourceType {
            throw .usage("--slot needs a set: instanceset/NAME")
        }
        return reference
    }

    /// The instance; of a set the newest occupant of the slot, of the lowest one where none is said.
    func instance(
        _ reference: ObjectReference, _ session: Session, _ console: Console
    ) async throws(CommandFailure) -> ObjectReference {
        guard reference.type == InstanceSet.resourceType else { return reference }
        let occupants = try await SetOccupants.load(reference, session.client)
        guard !occupants.isEmpty else {
            throw CommandFailure(.failed, "\(reference.qualifiedName) has no instances")
        }
        let slots = occupants.map(\.slot)
        let wanted = slot ?? slots[0]
        guard let newest = occupants.last(where: { $0.slot == wanted }) else {
            let all = slots.map(String.init).joined(separator: ", ")
            throw CommandFailure(.failed, "\(reference.qualifiedName) has no instance in slot \(wanted); slots: \(all)")
        }
        if slot == nil && slots.contains(where: { $0 != wanted }) {
            console.note("Using slot \(wanted) of \(Set(slots).count); choose another with --slot.")
        }
        return ObjectReference(Instance.resourceType, namespace: reference.namespace, name: newest.instance.name)
    }
}
