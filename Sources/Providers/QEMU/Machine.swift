internal import Ambient
internal import InfraAPI
internal import JSON
internal import ProcessControl
internal import ProviderInterface

/// One instance as its directory has it.
struct Machine: Sendable {
    /// Of the directory.
    let name: String
    let directory: String
    let record: MachineRecord

    var providerID: String { "\(name)_\(record.nonce)" }

    /// The directory's name in a provider's id.
    static func name(in providerID: String) -> String {
        providerID.lastIndex(of: "_").map { String(providerID[..<$0]) } ?? providerID
    }

    func path(_ file: String) -> String { "\(directory)/\(file)" }

    /// Whether its process is there: running, or waiting for its start.
    func hasProcess() throws(ProviderError) -> Bool {
        try files { () throws(FileFailure) in try LifeFile.isHeld(path(MachineFile.life)) }
    }

    /// Its process, as far as that is told; it may have ended.
    func process(_ state: StateDirectory) throws(ProviderError) -> MachineProcess? {
        try state.read(path(MachineFile.process)).flatMap(MachineProcess.init(json:))
    }

    /// Ends the process by force and waits until its lock is free: from then on it writes nowhere.
    func kill(_ state: StateDirectory, _ time: any TimeSource) async throws(ProviderError) {
        for attempt in 0..<1000 {
            guard try hasProcess() else {
                try reap(state)
                return
            }
            // Again after a while, since a process that was just started has not told its number yet.
            if attempt % 50 == 0 { try processIdentity(state)?.kill() }
            try await Machine.pause(.milliseconds(10), time, during: "end the machine \(name)")
        }
        throw ProviderError(
            .unknownOutcome,
            "the process of machine \(name) still holds \(path(MachineFile.life)) ten seconds after it was killed; look for "
                + "it with: fuser \(path(MachineFile.life))")
    }

    /// Waits until the process is gone; false when the time is over.
    func waitForEnd(_ limit: Duration, _ state: StateDirectory, _ time: any TimeSource) async throws(ProviderError)
        -> Bool
    {
        let deadline = time.uptime + limit
        var wait = Duration.milliseconds(2)
        while try hasProcess() {
            guard time.uptime < deadline else { return false }
            try await Machine.pause(wait, time, during: "wait for the end of machine \(name)")
            wait = min(wait * 2, .milliseconds(20))
        }
        try reap(state)
        return true
    }

    /// By what was written down, else by QEMU's own file, if that process runs in this directory.
    private func processIdentity(_ state: StateDirectory) throws(ProviderError) -> ProcessIdentity? {
        if let process = try process(state) {
            let identity = ProcessIdentity(pid: process.pid, startTime: process.startTime)
            if identity.isAlive { return identity }
        }
        let bytes = try files { () throws(FileFailure) in try FileTree.read(path(MachineFile.pid), limit: 100) }
        let text = String(decoding: bytes ?? [], as: UTF8.self).prefix { $0.isNumber }
        guard let pid = Int32(text), let identity = ProcessIdentity(current: pid), identity.directory == directory
        else {
            return nil
        }
        return identity
    }

    func reap(_ state: StateDirectory) throws(ProviderError) {
        guard let process = try process(state) else { return }
        ProcessIdentity(pid: process.pid, startTime: process.startTime).reapIfEnded()
    }

    /// What the agent has said.
    func report() throws(ProviderError) -> AgentReport {
        let bytes = try files { () throws(FileFailure) in
            try FileTree.read(path(MachineFile.status), from: 0, limit: 64 << 10)
        }
        return AgentReport(bytes)
    }

    static func pause(_ duration: Duration, _ time: any TimeSource, during what: String) async throws(ProviderError) {
        do {
            try await time.sleep(for: duration)
        } catch {
            throw ProviderError(.cancelled, "\(what): cancelled")
        }
    }
}

/// The lines that an agent writes when something happens. A guest may write anything: unknown lines count for nothing.
struct AgentReport: Sendable, Hashable {
    var isReady = false
    /// Why the command was not started.
    var refusal: String?
    var exitCode: Int?

    init(_ bytes: [UInt8]) {
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: " ")
            switch (words.first, words.count) {
            case ("ready", 1): isReady = true
            case ("refused", 2): refusal = GuestAgent.text(String(words[1]))
            case ("exited", 2): exitCode = Int(words[1]).flatMap { (0...255).contains($0) ? $0 : nil }
            default: continue
            }
        }
    }
}
