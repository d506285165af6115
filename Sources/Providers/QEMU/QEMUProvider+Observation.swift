internal import Ambient
internal import InfraAPI
internal import JSON
internal import ProcessControl
public import ProviderInterface

extension QEMUProvider {
    public func observe() async throws(ProviderError) -> ProviderObservation {
        let identity = try identity.read() ?? ""
        let all = try machines()
        var observation = ProviderObservation(
            identity: identity, instances: try noted(all),
            volumes: try volumes().filter { $0.isOurs(configuration) }.map(\.observed).sorted { $0.uid < $1.uid },
            foreignSets: [:])
        observation.snapshots = try snapshots().filter { $0.isOurs(configuration) }.map(\.observedSnapshot).sorted {
            ($0.handle.uid, $0.handle.attempt) < ($1.handle.uid, $1.handle.attempt)
        }
        for machine in all where machine.record.installation != configuration.installationID {
            observation.foreignSets[machine.record.set] = machine.record.installation
        }
        for volume in try volumes() where !volume.isOurs(configuration) {
            if let set = volume.set { observation.foreignSets[set] = volume.installation }
        }
        return observation
    }

    /// Our machines as they are now; listeners hear what changed.
    private func noted(_ machines: [Machine]) throws(ProviderError) -> [ObservedInstance] {
        let before = ledger.knownIDs
        var instances: [ObservedInstance] = []
        for machine in machines where machine.record.installation == configuration.installationID {
            // It may have gone since the directory was listed.
            if let instance = try observed(machine) { instances.append(instance) }
        }
        ledger.note(all: instances, knownBefore: before)
        return instances.sorted { ($0.uid, $0.providerID) < ($1.uid, $1.providerID) }
    }

    /// All machines of the directory, whoever made them.
    func machines() throws(ProviderError) -> [Machine] {
        var machines: [Machine] = []
        for entry in FileTree.entries(state.instances) where entry.isDirectory {
            if let machine = try machine(named: entry.name) { machines.append(machine) }
        }
        return machines
    }

    func machine(named name: String) throws(ProviderError) -> Machine? {
        // Names come from records of our own; one with a slash would be another place.
        guard !name.isEmpty, !name.contains("/"), !name.hasPrefix(".") else { return nil }
        let directory = "\(state.instances)/\(name)"
        guard let json = try state.read("\(directory)/\(MachineFile.record)") else { return nil }
        guard let record = MachineRecord(json: json) else {
            throw ProviderError(
                .engineFailed, "\(directory)/\(MachineFile.record) is not as it was written; somebody changed it")
        }
        return Machine(name: name, directory: directory, record: record)
    }

    /// What a machine is now; nil: its directory is gone.
    func observed(_ machine: Machine) throws(ProviderError) -> ObservedInstance? {
        let record = machine.record
        var instance = ObservedInstance(
            uid: record.uid, providerID: machine.providerID, name: machine.name, state: .created, epoch: record.epoch,
            set: record.set, slot: record.slot, revision: record.revision, imageDigest: record.image,
            volumeUIDs: (record.volumes.map(\.uid)).sorted())
        // Before the lock is looked at: one that is started meanwhile is not taken for one that has ended.
        let started = try state.read(machine.path(MachineFile.started))
        if let started {
            instance.startedAt = started["startedAt"]?.stringValue.flatMap { Timestamp(rfc3339: $0) }
            if try machine.hasProcess() {
                instance.state = .running
                instance.ports = publishedPorts(record, try machine.process(state))
            } else {
                let ended = try ending(of: machine)
                instance.state = .exited(code: ended["exitCode"]?.intValue.map { Int($0) })
                instance.finishedAt = ended["finishedAt"]?.stringValue.flatMap { Timestamp(rfc3339: $0) }
            }
        }
        guard try machine.isStillThere(state) else { return nil }
        return instance
    }

    /// How it ended, written down by whoever notices first.
    private func ending(of machine: Machine) throws(ProviderError) -> JSONValue {
        if let known = try state.read(machine.path(MachineFile.ended)) { return known }
        try machine.reap(state)
        guard try machine.isStillThere(state) else { return .object(JSONObject()) }
        var ended: JSONValue = ["finishedAt": .string(surroundings.time.now.rfc3339Micro)]
        ended["exitCode"] = try machine.report().exitCode.map { .int(Int64($0)) }
        _ = try state.add(machine.directory, MachineFile.ended, ended)
        return try state.read(machine.path(MachineFile.ended)) ?? ended
    }

    private func publishedPorts(_ record: MachineRecord, _ process: MachineProcess?) -> [PublishedPort] {
        record.ports.compactMap { named in
            guard let hostPort = process?.hostPorts[named.name] ?? named.hostPort else { return nil }
            var port = PublishedPort()
            port.name = named.name
            port.containerPort = named.guestPort
            port.hostIP = "127.0.0.1"
            port.hostPort = hostPort
            return port
        }
    }

    public func events() async throws(ProviderError) -> ProviderEvents {
        // What is there when listening begins is no news.
        _ = try noted(try machines())
        let listener = ledger.listen()
        let waiting = Guarded<[ProviderEvent]>([])
        return ProviderEvents(
            next: { () async throws(ProviderError) -> ProviderEvent? in
                while true {
                    let next: ProviderEvent? = waiting.withLock { $0.isEmpty ? nil : $0.removeFirst() }
                    if let next { return next }
                    guard let events = ledger.take(listener) else { return nil }
                    if events.isEmpty {
                        // A look at a few small files; there is no one who would tell of a machine that ends.
                        do { try await surroundings.time.sleep(for: .milliseconds(250)) } catch { return nil }
                        _ = try noted(try machines())
                    } else {
                        waiting.withLock { $0 += events }
                    }
                }
            },
            cancel: { ledger.stopListening(listener) })
    }
}

extension Machine {
    /// Whether the directory is still this instance's.
    func isStillThere(_ state: StateDirectory) throws(ProviderError) -> Bool {
        try state.read(path(MachineFile.record))?["nonce"]?.stringValue == record.nonce
    }
}
