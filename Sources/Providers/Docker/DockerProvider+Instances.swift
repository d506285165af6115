internal import Ambient
internal import DockerEngine
public import ProviderInterface

extension DockerProvider {
    public func create(_ creation: InstanceCreation) async throws(ProviderError) -> ObservedInstance {
        let name = names.container(creation.handle)
        let plan = ContainerPlan(creation: creation, names: names)
        _ = try await identity.check()
        try await requireVolumes(creation, name: name)
        let spec = try plan.spec(filePaths: writeFiles(of: plan))
        for _ in 0..<100 {
            if let id = try await createdID(name, spec, plan) { return try await inspected(id) }
            // The name is held: by this very instance (a repeated create), or by another, and then the fence holds.
            if let holder = try await inspect(name) {
                guard isOurs(holder, uid: creation.handle.uid), holder.labels[ObjectLabels.epoch] == plan.epochLabel
                else { throw nameTaken(name, by: holder) }
                return observation.instance(holder)
            }
            // The engine reserves a name a moment before the container can be seen, and frees it a moment after.
            try await pause(.milliseconds(50), during: "create container \(name)")
        }
        throw ProviderError(
            .nameTaken,
            "the engine has refused the name \(name) for five seconds although no container has it; a create "
                + "or removal of it hangs")
    }

    public func start(_ handle: InstanceHandle) async throws(ProviderError) -> ObservedInstance {
        _ = try await identity.check()
        guard let container = try await locate(handle) else {
            throw ProviderError(.notFound, "no container of instance \(handle.uid) to start; create it first")
        }
        let before = observation.instance(container)
        switch before.state {
        case .running: return before
        case .exited(let code):
            throw ProviderError(
                .alreadyExited,
                "container \(container.name) of instance \(handle.uid) ran and exited with code \(code ?? -1); "
                    + "an instance is started once and then replaced")
        case .created: break
        }
        do throws(DockerError) {
            try await engine.startContainer(container.id)
        } catch {
            let what = "start container \(container.name) of instance \(handle.uid)"
            guard let code = EngineRefusal.code(error) else { throw ProviderError(error, doing: what) }
            throw ProviderError(code, "\(what): \(error.description)")
        }
        return try await inspected(container.id)
    }

    public func stop(_ handle: InstanceHandle, grace: Duration) async throws(ProviderError) {
        _ = try await identity.check()
        guard let container = try await locate(handle), container.isRunning else { return }
        _ = try await engineRead("stop container \(container.name) of instance \(handle.uid)") {
            () throws(DockerError) in
            try await engine.stopContainer(container.id, grace: grace)
        }
    }

    public func destroy(_ handle: InstanceHandle) async throws(ProviderError) {
        _ = try await identity.check()
        if let container = try await locate(handle) { try await remove(container, uid: handle.uid) }
        files?.remove(uid: handle.uid)
    }

    public func read(_ handle: InstanceHandle) async throws(ProviderError) -> ConfirmingRead {
        let before = try await identity.check()
        let name = names.container(handle)
        var byID: Container?
        if let id = handle.providerID { byID = try await inspect(id) }
        let byName = try await inspect(name)
        let after = try await identity.check()
        guard before == after else { throw identity.mismatch(expected: before, found: after) }
        let mine = [byID, byName].compactMap { $0 }.first { isOurs($0, uid: handle.uid) }
        // A name that another holds is no proof of absence: whoever it is may hold the volumes too.
        if mine == nil, let byName { throw nameTaken(name, by: byName) }
        return ConfirmingRead(identity: after, instance: mine.map { observation.instance($0, uid: handle.uid) })
    }

    // MARK: finding

    /// The container of an instance, by the engine's id or else by name; nil when it is gone. Never somebody else's.
    func locate(_ handle: InstanceHandle) async throws(ProviderError) -> Container? {
        guard let container = try await inspect(handle.providerID ?? names.container(handle)) else { return nil }
        if isOurs(container, uid: handle.uid) { return container }
        // By name, another occupant is to be expected; under an id that was recorded, it is not.
        if handle.providerID == nil { return nil }
        throw ProviderError(
            .nameTaken,
            "container \(container.id) is recorded for instance \(handle.uid), and its labels name "
                + "\(container.labels[ObjectLabels.uid] ?? "nobody"); it is left alone")
    }

    func inspect(_ idOrName: String) async throws(ProviderError) -> Container? {
        try await engineRead("inspect container \(idOrName)") { () throws(DockerError) in
            try await engine.inspectContainer(idOrName)
        }
    }

    func isOurs(_ container: Container, uid: String) -> Bool {
        container.labels[ObjectLabels.installation] == configuration.installationID
            // One without a uid, or with somebody else's, is known by the engine's id.
            && (container.labels[ObjectLabels.uid] == uid || container.id == uid)
    }

    /// The container of an effect that was acknowledged a moment ago.
    private func inspected(_ id: String) async throws(ProviderError) -> ObservedInstance {
        let container: Container?
        do throws(ProviderError) {
            container = try await inspect(id)
        } catch {
            // The effect happened: "unreachable" would say that it did not.
            throw error.code == .unreachable ? ProviderError(.unknownOutcome, error.message) : error
        }
        guard let container else {
            throw ProviderError(.notFound, "container \(id) is gone; somebody else removed it")
        }
        return observation.instance(container)
    }

    private func nameTaken(_ name: String, by holder: Container) -> ProviderError {
        ProviderError(
            .nameTaken,
            "the name \(name) belongs to container \(holder.id) of instance "
                + "\(holder.labels[ObjectLabels.uid] ?? "unknown"), epoch \(holder.labels[ObjectLabels.epoch] ?? "unknown")"
        )
    }

    // MARK: parts of create and destroy

    /// The id of a new container; nil when the name is held.
    private func createdID(
        _ name: String, _ spec: ContainerSpec, _ plan: ContainerPlan
    ) async throws(ProviderError) -> String? {
        do throws(DockerError) {
            return try await engine.createContainer(name: name, spec)
        } catch {
            if error.saysNameTaken { return nil }
            throw creationFailure(error, plan)
        }
    }

    private func writeFiles(of plan: ContainerPlan) throws(ProviderError) -> [String] {
        let contents = try plan.files()
        if contents.isEmpty { return [] }
        guard let files else {
            throw ProviderError(
                .notSupported, "files need an engine on this host and a data directory; remove them from the template")
        }
        return try files.write(contents, uid: plan.creation.handle.uid)
    }

    /// The engine would make a missing volume, and an empty one would take the place of somebody's data (law L3).
    ///
    /// Nor does it refuse a second writer: our own are kept apart by `name`, and anybody else's is looked for (law L2).
    private func requireVolumes(_ creation: InstanceCreation, name: String) async throws(ProviderError) {
        for request in creation.volumes {
            guard try await ownVolume(uid: request.volumeUID) != nil else {
                throw ProviderError(
                    .notFound,
                    "the volume \(names.volume(uid: request.volumeUID)) of claim \(request.claim) is missing "
                        + "at the engine; it is never made anew in silence")
            }
            let volume = names.volume(uid: request.volumeUID)
            // A copy that is under way, or was when its controller died, ends here: it saw the volume while nobody wrote.
            try await evictCopies(of: volume)
            if let other = try await writer(on: volume, besides: name) {
                throw ProviderError(
                    .volumeInUse,
                    "the volume \(volume) of claim \(request.claim) is mounted by container "
                        + "\(other.names.first ?? "") (\(other.id)), which no record knows; remove that container first"
                )
            }
        }
    }

    /// A container that may write on a volume and has another name than the one that fences it.
    func writer(on volume: String, besides name: String) async throws(ProviderError) -> ContainerSummary? {
        let holders = try await engineCall("list the containers that mount \(volume)") { () throws(DockerError) in
            try await engine.listContainers(mounting: volume)
        }
        for holder in holders where !holder.names.contains(name) {
            if holder.writableVolumeNames.contains(volume) { return holder }
            guard holder.volumeNames.isEmpty, let container = try await inspect(holder.id) else { continue }
            if container.mounts.contains(where: { $0.name == volume && $0.isWritable }) { return holder }
        }
        return nil
    }

    private func creationFailure(_ error: DockerError, _ plan: ContainerPlan) -> ProviderError {
        let what = "create container \(names.container(plan.creation.handle)) of instance \(plan.creation.handle.uid)"
        let code: ProviderError.Code? =
            error.kind == .notFound && error.engineMessage.lowercased().contains("image")
            ? .imageNotFound : EngineRefusal.code(error)
        let general = ProviderError(error, doing: what)
        return ProviderError(code ?? general.code, plan.redacted(general.message))
    }

    private func remove(_ container: Container, uid: String) async throws(ProviderError) {
        try await remove(container.id, "remove container \(container.name) of instance \(uid)")
    }

    /// Success means gone.
    func remove(_ id: String, _ what: String) async throws(ProviderError) {
        do throws(DockerError) {
            try await engine.removeContainer(id, force: true)
            return
        } catch {
            if error.kind == .notFound { return }
            guard error.kind == .conflict, error.engineMessage.contains("in progress") else {
                throw ProviderError(error, doing: what)
            }
        }
        // Another removal is on its way; it is awaited here, so that success means gone.
        for _ in 0..<600 {
            guard try await inspect(id) != nil else { return }
            try await pause(.milliseconds(100), during: what)
        }
        throw ProviderError(.engineFailed, "\(what): another removal of it has been on its way for a minute")
    }

    func pause(_ duration: Duration, during what: String) async throws(ProviderError) {
        do {
            try await surroundings.time.sleep(for: duration)
        } catch {
            throw ProviderError(.cancelled, "\(what): cancelled while it waited for the engine")
        }
    }
}

extension ContainerPlan {
    fileprivate var epochLabel: String { String(creation.handle.epoch) }
}

extension DockerError {
    /// Docker answers 409; Podman answers 500 and says so in words.
    var saysNameTaken: Bool {
        let words = engineMessage.lowercased()
        return (kind == .conflict || kind == .serverError) && words.contains("name") && words.contains("already in use")
    }
}
