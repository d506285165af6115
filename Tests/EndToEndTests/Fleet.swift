import APIClient
import Ambient
import DockerEngine
import HTTPTransport
import InfraAPI
import JSON
import ResourceAPI
import Testing

/// All that the API says of one set at a moment.
struct Fleet: Sendable, CustomStringConvertible {
    let name: String
    let set: InstanceSet?
    /// By slot, and in a slot by name.
    let instances: [Instance]
    let volumes: [Volume]
    let revisions: [Revision]

    /// What was asked for last is what runs, and nothing besides.
    var isSettled: Bool {
        guard let set, let ready = set.status.conditions["Ready"] else { return false }
        return ready.status == .true && ready.observedGeneration == set.metadata.generation
            && set.status.observedGeneration == set.metadata.generation && instances.count == set.spec.replicas
            && set.status.availableReplicas == set.spec.replicas
    }

    /// Ids of the engine.
    var ids: Set<String> { Set(instances.compactMap(\.status.providerID)) }

    func condition(_ type: String) -> Condition? { set?.status.conditions[type] }

    func volume(_ slot: Int) throws -> Volume {
        guard let volume = volumes.first(where: { $0.spec.claim?.slot == slot }) else {
            throw Failure("slot \(slot) has no volume: \(self)")
        }
        return volume
    }

    var description: String {
        guard let set else { return "no set \(name); \(instances.count) instances, \(volumes.count) volumes" }
        let status = set.status
        var lines = [
            "set \(name): generation \(set.metadata.generation), observed \(status.observedGeneration), "
                + "\(status.availableReplicas) available and \(status.updatedReplicas) updated of \(set.spec.replicas)"
        ]
        lines += status.conditions.map { "  \($0.type)=\($0.status.rawValue) \($0.reason): \($0.message)" }
        lines += instances.map { instance in
            "  \(instance.name) of \(instance.spec.revision), epoch \(instance.spec.epoch): \(instance.status.phase), "
                + "step \(instance.status.step?.name.rawValue ?? "-"), \(instance.status.reason ?? "") "
                + (instance.metadata.deletionTimestamp == nil ? "" : "deleting")
        }
        lines += volumes.map {
            "  \($0.name): \($0.status.phase), epoch \($0.status.epoch), held by \($0.status.attachment?.instance ?? "-")"
        }
        return lines.joined(separator: "\n")
    }
}

extension Bed {
    func fleet(_ name: String) async throws -> Fleet {
        let set = try await client.find(InstanceSet.self, namespace: namespace, name: name)
        let instances = try await client.list(Instance.self, in: namespace).items.filter { $0.spec.set == name }
        let volumes = try await client.list(Volume.self, in: namespace).items.filter { $0.spec.claim?.set == name }
        let revisions = try await client.list(Revision.self, in: namespace).items.filter { $0.spec.set == name }
        return Fleet(
            name: name, set: set, instances: instances.sorted { ($0.spec.slot, $0.name) < ($1.spec.slot, $1.name) },
            volumes: volumes.sorted { $0.name < $1.name },
            revisions: revisions.sorted { $0.spec.number < $1.spec.number })
    }

    /// Asks the API until it shows what is waited for. What was seen last, and immd's last lines, are in the failure.
    @discardableResult
    func wait(
        for set: String, _ what: String, _ timeout: Duration = .seconds(30), every: Duration = .milliseconds(50),
        until isDone: (Fleet) async throws -> Bool
    ) async throws -> Fleet {
        let end = SystemTime().now + timeout
        while true {
            let fleet = try await fleet(set)
            if try await isDone(fleet) { return fleet }
            guard SystemTime().now < end else {
                throw Failure(
                    "\(what): not after \(timeout); last seen: \(fleet)\nimmd said last:\n\(daemon.log.lastLines(25))")
            }
            try await Task.sleep(for: every)
        }
    }

    @discardableResult
    func settled(_ set: String, _ timeout: Duration = .seconds(30)) async throws -> Fleet {
        try await wait(for: set, "\(set) settled", timeout) { $0.isSettled }
    }

    /// Settled on what was just applied: on another revision than before.
    @discardableResult
    func settled(_ set: String, after revision: String?, _ timeout: Duration = .seconds(30)) async throws -> Fleet {
        try await wait(for: set, "\(set) settled on a new revision", timeout) {
            $0.isSettled && $0.set?.status.updateRevision != revision
                && $0.instances.allSatisfy { [update = $0.set?.status.updateRevision] in $0.spec.revision == update }
        }
    }

    /// Checks that the engine holds exactly the containers of the API's instances, and nothing that the API does not know.
    func expectNothingLeaked(_ fleets: Fleet..., sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let wanted = fleets.reduce(into: Set<String>()) { $0.formUnion($1.ids) }
        let held = try await containers()
        #expect(Set(held.map(\.id)) == wanted, "the engine holds \(held.map(\.names))", sourceLocation: sourceLocation)
        for provider in try await client.list(ProviderObject.self).items {
            #expect(provider.status.unknownObjects == [], sourceLocation: sourceLocation)
        }
    }
}
