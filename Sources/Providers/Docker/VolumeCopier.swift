internal import DockerEngine
internal import ProviderInterface

/// Copies the content of one engine volume into another, through two containers that are never started: the engine reads and
/// writes the files of a container's volumes, and the archive streams through here. No process runs, so that any image will do.
///
/// The containers fence the copy. Each has the copy's deterministic name, so that of two who try the later one removes what the
/// earlier one has, and with it the ids that the earlier one goes by. Whoever makes an instance with the volume removes them
/// too. A copy whose reader is still there at the end was therefore made while nobody got the volume.
struct VolumeCopier: Sendable {
    let provider: DockerProvider
    /// Of the copy: makes the names.
    let uid: String
    /// Names of the engine's volumes.
    let source: String
    let target: String
    /// Preferred, if it is there.
    let image: String?

    /// Where the volume is mounted. No image has it, so that nothing of an image gets in.
    private static let folder = "/imm-volume"

    func copy() async throws(ProviderError) -> ArchiveSummary {
        try await removeHelpersOfOtherTries()
        let images = try await usableImages()
        var helpers: [String] = []
        do throws(ProviderError) {
            let reader = try await makeHelper(names.copyReader(uid), images, mounting: source, isReadOnly: true)
            helpers.append(reader)
            let writer = try await makeHelper(names.copyWriter(uid), images, mounting: target, isReadOnly: false)
            helpers.append(writer)
            let summary = try await copy(from: reader, to: writer)
            for helper in helpers { try await provider.remove(helper, "remove a container of a copy") }
            return summary
        } catch {
            // By the engine's ids, so that a newer try keeps its own. What cannot be removed now is when its name or its volume
            // is needed.
            for helper in helpers { try? await provider.remove(helper, "remove a container of a copy") }
            throw error
        }
    }

    private func copy(from reader: String, to writer: String) async throws(ProviderError) -> ArchiveSummary {
        try await requireFree(source)
        try await requireFree(target)
        let limits = ArchiveLimits(
            maxBytes: provider.configuration.maxCopyBytes, timeout: provider.configuration.copyTimeout,
            stallTimeout: provider.configuration.copyStallTimeout)
        let summary: ArchiveSummary
        do throws(DockerError) {
            summary = try await provider.engine.copyFolder(
                from: ContainerFolder(container: reader, path: VolumeCopier.folder),
                to: writer, limits: limits)
        } catch {
            throw failure(error)
        }
        for helper in [reader, writer] {
            guard try await provider.inspect(helper) != nil else {
                throw ProviderError(
                    .volumeInUse,
                    "\(what): it was ended meanwhile, for an instance that gets the volume or a newer copy")
            }
        }
        return summary
    }

    private var names: ObjectNames { provider.names }
    private var what: String { "copy the volume \(source) into \(target)" }

    private func failure(_ error: DockerError) -> ProviderError {
        // The engine's words for trouble with files are those that blame a template elsewhere.
        if EngineRefusal.code(error) == .quota {
            return ProviderError(.quota, "\(what): \(error.description); free space at the engine")
        }
        // A half of it is no copy, whatever became of the call.
        let general = ProviderError(error, doing: what)
        return general.code == .notFound ? ProviderError(.volumeInUse, general.message) : general
    }

    /// Any image will do, since nothing of it runs; one must be there. The preferred one comes first; of the others a few, since
    /// somebody may remove one at any time.
    private func usableImages() async throws(ProviderError) -> [String] {
        let images = try await engineCall("list the images") { () throws(DockerError) in
            try await provider.engine.listImages()
        }
        let candidates = (image.map { [$0] } ?? []) + images.map(\.id).sorted().prefix(4)
        guard !images.isEmpty else {
            throw ProviderError(
                .imageNotFound,
                "\(what): the engine reaches a volume's files through a container, and it has no image to make one of; pull "
                    + "any")
        }
        return candidates
    }

    private func makeHelper(
        _ name: String, _ images: [String], mounting volume: String, isReadOnly: Bool
    ) async throws(ProviderError) -> String {
        for image in images {
            if let id = try await makeHelper(name, image, mounting: volume, isReadOnly: isReadOnly) { return id }
        }
        throw ProviderError(.imageNotFound, "\(what): none of the images that the engine lists is there any more")
    }

    /// nil: the image is not there.
    private func makeHelper(
        _ name: String, _ image: String, mounting volume: String, isReadOnly: Bool
    ) async throws(ProviderError) -> String? {
        var spec = ContainerSpec(image: image)
        // Some command must be there; it never runs.
        spec.entrypoint = []
        spec.command = ["imm-is-never-started"]
        spec.networkMode = "none"
        spec.disablesHealthcheck = true
        spec.labels = [
            ObjectLabels.installation: provider.configuration.installationID, ObjectLabels.copy: uid,
        ]
        var mount = ContainerSpec.Mount(
            kind: .volume, source: volume, target: VolumeCopier.folder, isReadOnly: isReadOnly)
        mount.copiesNothing = true
        spec.mounts = [mount]
        do throws(DockerError) {
            return try await provider.engine.createContainer(name: name, spec)
        } catch {
            if error.saysNameTaken {
                throw ProviderError(.volumeInUse, "\(what): another try of it is under way under the name \(name)")
            }
            if error.kind == .notFound, error.engineMessage.lowercased().contains("image") { return nil }
            if EngineRefusal.code(error) == .quota {
                throw ProviderError(.quota, "\(what): \(error.description); free space at the engine")
            }
            throw ProviderError(error, doing: what)
        }
    }

    /// A container that may write on the volume, running or not, that is none of ours here.
    private func requireFree(_ volume: String) async throws(ProviderError) {
        guard let other = try await provider.writer(on: volume, besides: names.copyWriter(uid)) else { return }
        throw ProviderError(
            .volumeInUse,
            "\(what): the volume \(volume) is mounted by container \(other.names.first ?? "") (\(other.id)), so that it may "
                + "change; a copy is made while nothing holds it")
    }

    /// Success means gone.
    private func removeHelpersOfOtherTries() async throws(ProviderError) {
        for name in [names.copyReader(uid), names.copyWriter(uid)] {
            guard let standing = try await provider.inspect(name) else { continue }
            guard standing.labels[ObjectLabels.installation] == provider.configuration.installationID,
                standing.labels[ObjectLabels.copy] == uid
            else {
                throw ProviderError(
                    .nameTaken,
                    "the container \(name) exists without our labels, so it is not ours; rename or remove it")
            }
            try await provider.remove(standing.id, "remove the container \(name) of a copy")
        }
    }
}

extension ContainerSummary {
    /// Whether it is there for a copy alone, and never runs.
    var isCopyHelper: Bool { labels[ObjectLabels.copy] != nil }
}
