internal import Ambient
internal import DockerEngine
internal import InfraAPI
public import ProviderInterface

extension DockerProvider {
    public func observe() async throws(ProviderError) -> ProviderObservation {
        // Another engine's objects are reported too, under its identity: whoever reads decides what they are worth.
        let identity = try await identity.read() ?? ""
        let rows = try await engineCall("list the containers") { () throws(DockerError) in
            try await engine.listContainers(labels: [ObjectLabels.installation])
        }
        let volumes = try await engineCall("list the volumes") { () throws(DockerError) in
            try await engine.listVolumes(labels: [ObjectLabels.installation])
        }
        var observation = ProviderObservation(
            identity: identity,
            instances: distinct(try await instances(of: rows.filter { isOurs($0.labels) && !$0.isCopyHelper })).sorted {
                ($0.uid, $0.providerID) < ($1.uid, $1.providerID)
            },
            volumes: volumes.filter { isOurs($0.labels) && $0.name != names.identityMarker && !$0.isSnapshot }
                .map(observed).sorted { $0.uid < $1.uid },
            foreignSets: foreignSets(rows.map(\.labels) + volumes.filter { !$0.isSnapshot }.map(\.labels)))
        observation.snapshots = volumes.filter { isOurs($0.labels) }.compactMap(observedSnapshot).sorted {
            ($0.handle.uid, $0.handle.attempt) < ($1.handle.uid, $1.handle.attempt)
        }
        return observation
    }

    /// Of several containers with one uid label the one that has our name for it is the instance. The others are somebody's
    /// copies, each Unknown under the engine's id.
    private func distinct(_ instances: [ObservedInstance]) -> [ObservedInstance] {
        let byUID = Dictionary(grouping: instances, by: \.uid)
        return instances.map { instance in
            guard let namesakes = byUID[instance.uid], namesakes.count > 1 else { return instance }
            let original = namesakes.first(where: names.isOwn) ?? namesakes.min { $0.providerID < $1.providerID }
            guard original?.providerID != instance.providerID else { return instance }
            var copy = instance
            copy.uid = instance.providerID
            return copy
        }
    }

    private func isOurs(_ labels: [String: String]) -> Bool {
        labels[ObjectLabels.installation] == configuration.installationID
    }

    /// Another installation's sets; of two installations that hold objects of one set, the one whose id comes first.
    private func foreignSets(_ labels: [[String: String]]) -> [String: String] {
        var sets: [String: String] = [:]
        for labels in labels where !isOurs(labels) {
            guard let set = labels[ObjectLabels.set], let installation = labels[ObjectLabels.installation] else {
                continue
            }
            sets[set] = min(sets[set] ?? installation, installation)
        }
        return sets
    }

    func observed(_ volume: EngineVolume) -> ObservedVolume {
        ObservedVolume(
            uid: volume.labels[ObjectLabels.uid] ?? names.volumeUID(of: volume.name) ?? volume.name,
            providerID: volume.name, set: volume.labels[ObjectLabels.set],
            slot: volume.labels[ObjectLabels.slot].flatMap { Int($0) }, claim: volume.labels[ObjectLabels.claim],
            size: volume.labels[ObjectLabels.size].flatMap { Int($0) }.map { Quantity(bytes: $0) })
    }

    /// What the rows of a list leave out is inspected, a few at a time; what was inspected in the same state before is
    /// remembered, so that observing costs by what changed.
    private func instances(of rows: [ContainerSummary]) async throws(ProviderError) -> [ObservedInstance] {
        let known = inspections.known(rows)
        let missing = rows.filter { known[$0.id] == nil }
        let observation = observation
        let limit = max(1, configuration.maxConcurrentReads)
        let results = await withTaskGroup(of: Inspection.self) { group in
            var results: [String: Inspection] = [:]
            for (index, row) in missing.enumerated() {
                if index >= limit, let done = await group.next() { results[done.id] = done }
                group.addTask { await inspection(of: row.id) }
            }
            for await done in group { results[done.id] = done }
            return results
        }
        var instances: [ObservedInstance] = []
        for row in rows {
            if let instance = known[row.id] {
                instances.append(instance)
            } else if let container = try results[row.id]?.result.get() {
                // It may have moved on since the list: it is remembered under the state that it has now.
                let instance = observation.instance(container)
                inspections.remember(instance, state: container.status)
                instances.append(instance)
            }
        }
        return instances
    }
}

/// The outcome of one inspection.
///
/// A class, and made in a function of its own: optimised code of Swift 6.3 leaves the result of a child task unwritten
/// when its closure returns a tuple with a large enum out of a typed `do`.
private final class Inspection: Sendable {
    let id: String
    let result: Result<Container?, ProviderError>

    init(id: String, _ result: Result<Container?, ProviderError>) {
        self.id = id
        self.result = result
    }
}

extension DockerProvider {
    private func inspection(of id: String) async -> Inspection {
        do throws(ProviderError) {
            return Inspection(id: id, .success(try await inspect(id)))
        } catch {
            return Inspection(id: id, .failure(error))
        }
    }
}

/// What inspections said, by container and state.
///
/// A container is never edited and runs once (law L1), so that an inspection holds as long as its state does.
struct InspectionCache: Sendable {
    private struct Entry {
        var state: String
        var instance: ObservedInstance
    }

    private let entries = Guarded<[String: Entry]>([:])

    /// The instances of those rows whose state is the remembered one. Containers that are not listed are forgotten.
    func known(_ rows: [ContainerSummary]) -> [String: ObservedInstance] {
        entries.withLock { entries in
            var kept: [String: Entry] = [:]
            var known: [String: ObservedInstance] = [:]
            for row in rows {
                guard let entry = entries[row.id], entry.state == row.state else { continue }
                kept[row.id] = entry
                known[row.id] = entry.instance
            }
            entries = kept
            return known
        }
    }

    func remember(_ instance: ObservedInstance, state: String) {
        entries.withLock { $0[instance.providerID] = Entry(state: state, instance: instance) }
    }
}
