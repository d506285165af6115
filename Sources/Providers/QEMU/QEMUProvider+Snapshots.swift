internal import Ambient
internal import JSON
internal import ProcessControl
public import ProviderInterface

extension QEMUProvider {
    public func createSnapshot(_ creation: SnapshotCreation) async throws(ProviderError) -> ObservedSnapshot {
        try identity.check()
        let handle = creation.handle
        guard let source = try volume(uid: creation.volume.uid) else {
            throw ProviderError(.notFound, "the volume \(creation.volume.uid) is missing: there is nothing to copy")
        }
        if handle.attempt > 1 {
            try state.remove(snapshotDirectory(SnapshotHandle(uid: handle.uid, attempt: handle.attempt - 1)))
        }
        // Whoever gets the volume from here on changes this file.
        let claim = source.directory + "/" + StoredVolume.claim
        let claimed = FileTree.fingerprint(claim)
        if let holder = try holder(of: source.uid) { throw inUse(source.uid, holder) }
        var record = source
        (record.uid, record.attempt) = (handle.uid, handle.attempt)
        (record.set, record.slot, record.claim) = (creation.set, creation.slot, creation.claim)
        let isTaken: @Sendable () -> Bool = { FileTree.fingerprint(claim) != claimed }
        let made = record
        _ = try await state.make(snapshotDirectory(handle)) { (work) throws(ProviderError) in
            try await copy(source.disk, to: work.path + "/disk", unless: isTaken)
            try files { () throws(FileFailure) in _ = try work.write(StoredVolume.record, made.json.encoded()) }
            if isTaken() { throw interrupted(source) }
        }
        guard let observed = try await readSnapshot(handle) else {
            throw ProviderError(.notFound, "the copy \(handle.uid) is gone; somebody else removed it")
        }
        return observed
    }

    private func interrupted(_ volume: StoredVolume) -> ProviderError {
        ProviderError(.volumeInUse, "the volume \(volume.uid) got a holder while it was copied: there is no copy")
    }

    public func readSnapshot(_ handle: SnapshotHandle) async throws(ProviderError) -> ObservedSnapshot? {
        let before = try identity.check()
        let found = try storedVolume(snapshotDirectory(handle))
        let after = try identity.check()
        guard before == after else { throw identity.mismatch(expected: before, found: after) }
        guard let found else { return nil }
        guard found.isOurs(configuration), found.uid == handle.uid, found.attempt == handle.attempt else {
            throw ProviderError(
                .nameTaken,
                "the copy \(found.directory) is not of this installation and is left alone; move it away")
        }
        return found.observedSnapshot
    }

    public func deleteSnapshot(uid: String) async throws(ProviderError) {
        try identity.check()
        for copy in try snapshots() where copy.isOurs(configuration) && copy.uid == uid {
            try state.remove(copy.directory)
        }
    }

    func snapshots() throws(ProviderError) -> [StoredVolume] {
        try storedVolumes(state.snapshots).filter { $0.attempt != nil }
    }

    func snapshotDirectory(_ handle: SnapshotHandle) -> String {
        "\(state.snapshots)/\(handle.uid)_\(handle.attempt)"
    }

    /// Copies a disk with its holes, and where the file system can share blocks, in no time.
    func copy(
        _ source: String, to target: String, unless isStopped: @escaping @Sendable () -> Bool
    ) async throws(ProviderError) {
        try await runTool(
            configuration.copy, ["--reflink=auto", "--sparse=always", "--", source, target], in: "/",
            doing: "copy \(source)", timeout: configuration.copyTimeout, unless: isStopped)
        try files { () throws(FileFailure) in try FileTree.synchronize(target) }
    }

    /// Runs a program to its success.
    func runTool(
        _ program: String, _ arguments: [String], in directory: String, doing what: String,
        timeout: Duration = .seconds(60), unless isStopped: (@Sendable () -> Bool)? = nil
    ) async throws(ProviderError) {
        let call = ProgramCall(
            program, arguments, environment: ["LC_ALL": "C"], directory: directory, timeout: timeout,
            isExceeded: isStopped)
        let result: ProgramResult
        do throws(ProgramFailure) {
            result = try await ProgramRunner(time: surroundings.time).run(call)
        } catch {
            switch error {
            case .exceeded: throw ProviderError(.volumeInUse, "\(what): the volume got a holder meanwhile")
            case .cancelled: throw ProviderError(.cancelled, "\(what): cancelled")
            default: throw ProviderError(.engineFailed, "\(what): \(program): \(error)")
            }
        }
        guard result.isSuccess else {
            let reason = OutputText.line(String(decoding: result.errors, as: UTF8.self), limit: 300)
            throw ProviderError(.engineFailed, "\(what): \(program) exited with \(result.exitCode ?? -1): \(reason)")
        }
    }
}

extension StoredVolume {
    var observedSnapshot: ObservedSnapshot {
        ObservedSnapshot(
            handle: SnapshotHandle(uid: uid, attempt: attempt ?? 0), providerID: "\(uid)_\(attempt ?? 0)", set: set,
            slot: slot)
    }
}
