internal import Ambient
internal import DiskImages
internal import InfraAPI
internal import JSON
internal import Logging
internal import ProcessControl
public import ProviderInterface
internal import QMP

extension QEMUProvider {
    public func create(_ creation: InstanceCreation) async throws(ProviderError) -> ObservedInstance {
        try identity.check()
        let handle = creation.handle
        let name = handle.fenceVolumeUID ?? handle.uid
        if let holder = try machine(named: name) { return try repeated(holder, handle) }
        let plan = MachinePlan(
            creation: creation, installationID: configuration.installationID, configuration: configuration)
        let hasAgent =
            DiskImage.isDigest(creation.template.spec.image)
            ? try imageCall { () throws(DiskImageError) in try images.find(creation.template.spec.image).hasAgent }
            : true
        let record = try plan.record(nonce: surroundings.randomness.nameSuffix(length: 10), hasAgent: hasAgent)
        let seed = try plan.seed()
        for request in creation.volumes { try requireFree(request, besides: name) }
        let directory = "\(state.instances)/\(name)"
        // Left by somebody who died while it was removed: without a record it is nobody's.
        if try state.read("\(directory)/\(MachineFile.record)") == nil { try state.remove(directory) }
        let isNew = try await state.make(directory) { (work) throws(ProviderError) in
            try files { () throws(FileFailure) in
                try work.write(MachineFile.seed, seed)
                try work.write(MachineFile.record, record.json.encoded())
            }
        }
        guard let made = try machine(named: name) else {
            throw ProviderError(.notFound, "the machine \(name) is gone; somebody else removed it")
        }
        if !isNew { return try repeated(made, handle) }
        // Copies of its volumes that are under way end here.
        for volume in record.volumes { try claim(volume.uid, for: made) }
        return try seen(made)
    }

    /// Of the machine that has the name: the one that was asked for, or the fence.
    private func repeated(_ holder: Machine, _ handle: InstanceHandle) throws(ProviderError) -> ObservedInstance {
        guard isOurs(holder, handle.uid), holder.record.epoch == handle.epoch else { throw nameTaken(holder) }
        return try seen(holder)
    }

    public func start(_ handle: InstanceHandle) async throws(ProviderError) -> ObservedInstance {
        try identity.check()
        guard let machine = try locate(handle) else {
            throw ProviderError(.notFound, "no machine of instance \(handle.uid) to start; create it first")
        }
        try await enterStart(machine)
        defer { starting.withLock { _ = $0.remove(machine.name) } }
        switch try seen(machine).state {
        case .running: break
        case .exited(let code):
            throw ProviderError(
                .alreadyExited,
                "machine \(machine.name) of instance \(handle.uid) ran and ended with code \(code ?? -1); an instance is "
                    + "started once and then replaced")
        case .created: try await MachineStart(provider: self, machine: machine).run()
        }
        ledger.note(try seen(machine))
        try await waitForAgent(machine)
        return try seen(machine)
    }

    /// One start of a machine at a time.
    private func enterStart(_ machine: Machine) async throws(ProviderError) {
        while !starting.withLock({ $0.insert(machine.name).inserted }) {
            try await Machine.pause(.milliseconds(20), surroundings.time, during: "start machine \(machine.name)")
        }
    }

    /// Until the guest is up, so that commands and probes meet somebody.
    private func waitForAgent(_ machine: Machine) async throws(ProviderError) {
        guard machine.record.hasAgent else { return }
        let deadline = surroundings.time.uptime + configuration.bootTimeout
        while true {
            let isAlive = try machine.hasProcess()
            let report = try machine.report()
            if let refusal = report.refusal {
                throw ProviderError(.startRefused, "the guest cannot run the command: \(refusal)")
            }
            if report.isReady || !isAlive { return }
            guard surroundings.time.uptime < deadline else {
                throw ProviderError(
                    .engineFailed,
                    "the agent in machine \(machine.name) said nothing within \(configuration.bootTimeout) of its start: the "
                        + "guest does not boot, or the image has no agent (then import it with --without-agent); its console "
                        + "is \(machine.path(MachineFile.console))")
            }
            try await Machine.pause(.milliseconds(20), surroundings.time, during: "wait for the guest's agent")
        }
    }

    public func stop(_ handle: InstanceHandle, grace: Duration) async throws(ProviderError) {
        try identity.check()
        guard let machine = try locate(handle), try machine.hasProcess() else { return }
        // One that never ran has nothing to end in order.
        guard try state.read(machine.path(MachineFile.started)) != nil else {
            return try await machine.kill(state, surroundings.time)
        }
        if grace > .zero {
            await askToEnd(machine, within: grace)
            if try await machine.waitForEnd(grace, state, surroundings.time) {
                ledger.note(try seen(machine))
                return
            }
        }
        try await machine.kill(state, surroundings.time)
        ledger.note(try seen(machine))
    }

    /// The agent ends the command and then the machine; without one the guest gets its power button.
    private func askToEnd(_ machine: Machine, within grace: Duration) async {
        if machine.record.hasAgent {
            do throws(ProviderError) {
                _ = try await agent(of: machine).ask("stop", timeout: min(grace, .seconds(5)))
                return
            } catch {
                logger.debug("the agent was not told to stop", metadata: ["reason": "\(error.message)"])
            }
        }
        do throws(ProviderError) {
            try await monitor(machine) { (client) throws(QMPError) in try await client.pressPowerButton() }
        } catch {
            logger.debug("the power button was not pressed", metadata: ["reason": "\(error.message)"])
        }
    }

    public func destroy(_ handle: InstanceHandle) async throws(ProviderError) {
        try identity.check()
        guard let machine = try locate(handle) else { return }
        // Ended by force, a guest loses what it has not written out.
        try await stop(handle, grace: QEMUProvider.destructionGrace)
        try await machine.kill(state, surroundings.time)
        if let last = try observed(machine) { ledger.note(last) }
        guard try machine.isStillThere(state) else { return }
        try state.remove(machine.directory)
        agents.withLock { $0[machine.providerID] = nil }
        ledger.noteGone(machine.providerID)
    }

    private static var destructionGrace: Duration { .seconds(10) }

    public func read(_ handle: InstanceHandle) async throws(ProviderError) -> ConfirmingRead {
        let before = try identity.check()
        var found: Machine?
        if let id = handle.providerID { found = try machine(named: Machine.name(in: id)) }
        if found?.providerID != handle.providerID { found = nil }
        let byName = try machine(named: handle.fenceVolumeUID ?? handle.uid)
        let mine = [found, byName].compactMap { $0 }.first { isOurs($0, handle.uid) }
        // A name that another holds is no proof of absence: whoever it is may hold the volumes too.
        if mine == nil, let byName { throw nameTaken(byName) }
        let instance = try mine.flatMap { (machine) throws(ProviderError) in try observed(machine) }
        let after = try identity.check()
        guard before == after else { throw identity.mismatch(expected: before, found: after) }
        if let instance { ledger.note(instance) }
        return ConfirmingRead(identity: after, instance: instance)
    }

    // MARK: finding

    /// The machine of an instance, by the provider's id or else by name; nil when it is gone. Never somebody else's.
    func locate(_ handle: InstanceHandle) throws(ProviderError) -> Machine? {
        let name = handle.providerID.map(Machine.name) ?? handle.fenceVolumeUID ?? handle.uid
        guard let machine = try machine(named: name), isOurs(machine, handle.uid) else { return nil }
        if let id = handle.providerID, id != machine.providerID { return nil }
        return machine
    }

    func isOurs(_ machine: Machine, _ uid: String) -> Bool {
        machine.record.installation == configuration.installationID && machine.record.uid == uid
    }

    private func nameTaken(_ holder: Machine) -> ProviderError {
        ProviderError(
            .nameTaken,
            "the name \(holder.name) belongs to the machine of instance \(holder.record.uid), epoch \(holder.record.epoch)"
        )
    }

    /// A machine as it is now, which must be there.
    func seen(_ machine: Machine) throws(ProviderError) -> ObservedInstance {
        guard let instance = try observed(machine) else {
            throw ProviderError(.notFound, "the machine \(machine.name) is gone; somebody else removed it")
        }
        ledger.note(instance)
        return instance
    }

    func agent(of machine: Machine) -> GuestAgent {
        let first = Int(surroundings.randomness.next() % 1_000_000_000) * 1000
        return agents.withLock { agents in
            if let known = agents[machine.providerID] { return known }
            let made = GuestAgent(directory: machine.directory, time: surroundings.time, first: first)
            agents[machine.providerID] = made
            return made
        }
    }

    /// A session with a machine's process, closed afterwards.
    func monitor<Result: Sendable>(
        _ machine: Machine, timeout: Duration = .seconds(10),
        _ body: (QMPClient) async throws(QMPError) -> Result
    ) async throws(ProviderError) -> Result {
        do throws(QMPError) {
            let client = try await QMPClient.open(
                directory: machine.directory, name: MachineFile.monitor, time: surroundings.time, timeout: timeout)
            defer { client.close() }
            return try await body(client)
        } catch {
            throw ProviderError(error, machine)
        }
    }
}

extension ProviderError {
    init(_ error: QMPError, _ machine: Machine) {
        let code: Code =
            switch error.kind {
            case .unreachable: .unreachable
            case .closed, .timedOut, .malformed: .unknownOutcome
            case .refused: .engineFailed
            case .cancelled: .cancelled
            }
        self.init(code, "machine \(machine.name): \(error.message)")
    }
}
