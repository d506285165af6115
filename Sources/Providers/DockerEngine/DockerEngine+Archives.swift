internal import Ambient
internal import HTTPTransport

/// A folder of a container, running or not.
public struct ContainerFolder: Sendable, Hashable {
    /// The engine's id: one that is gone never comes back.
    public var container: String
    public var path: String

    public init(container: String, path: String) {
        self.container = container
        self.path = path
    }
}

/// What was copied.
public struct ArchiveSummary: Sendable, Hashable {
    /// Of the files.
    public let contentBytes: Int
    /// Files, directories and links.
    public let entries: Int
}

/// The bounds of one copy.
public struct ArchiveLimits: Sendable, Hashable {
    /// Of the archive.
    public var maxBytes: Int
    public var timeout: Duration
    /// How long nothing may move.
    public var stallTimeout: Duration

    public init(maxBytes: Int, timeout: Duration, stallTimeout: Duration) {
        self.maxBytes = maxBytes
        self.timeout = timeout
        self.stallTimeout = stallTimeout
    }
}

extension DockerEngine {
    /// Copies a folder into the folder of the same path in another container, where it is already: what is in it, its own owner
    /// and mode too, as an archive that streams through here. What stands in the target already stays, unless the source has
    /// something of that name.
    ///
    /// - Throws: `serverError` with `tooLarge`'s words beyond the limits; otherwise what the engine says. The target may then
    ///   hold a part.
    public func copyFolder(
        from source: ContainerFolder, to container: String, limits: ArchiveLimits
    ) async throws(DockerError) -> ArchiveSummary {
        let target = ContainerFolder(container: container, path: source.path)
        let progress = Guarded(0)
        let time = time
        let outcome = await withTaskGroup(of: ArchiveOutcome?.self) { group in
            group.addTask { await copy(source, target, limits, progress) }
            group.addTask {
                var last = -1
                while last != progress.withLock({ $0 }) {
                    last = progress.withLock { $0 }
                    do { try await time.sleep(for: limits.stallTimeout) } catch { return nil }
                }
                return ArchiveOutcome(
                    .failure(
                        DockerError(
                            kind: .unknownOutcome,
                            engineMessage: "the copy has stood still for \(limits.stallTimeout)",
                            call: "PUT /containers/\(target.container)/archive", mayHaveHappened: true)))
            }
            var outcome: ArchiveOutcome?
            // Whoever ends first says how it went; the other one is called off.
            while let ended = await group.next() {
                if outcome == nil { outcome = ended }
                group.cancelAll()
            }
            return outcome
        }
        guard let outcome else {
            throw DockerError(kind: .cancelled, engineMessage: "cancelled", call: "a copy of a folder")
        }
        let summary = try outcome.result.get()
        try await copyOwnEntry(of: source, to: container, limits)
        return summary
    }

    /// The folder's own owner, mode and time: Docker passes over them while it fills the folder, and takes them as an entry of the
    /// folder above. (Podman is the other way round; there this makes a folder that nobody sees.)
    private func copyOwnEntry(
        of source: ContainerFolder, to container: String, _ limits: ArchiveLimits
    ) async throws(DockerError) {
        let entry = try await ownEntry(of: source)
        let parent = source.path.split(separator: "/").dropLast().map { "/" + $0 }.joined()
        let target = ContainerFolder(container: container, path: parent.isEmpty ? "/" : parent)
        let end = [UInt8](repeating: 0, count: 2 * ArchiveCheck.blockBytes)
        _ = try await deliver(entry + end, to: target, limits).result.get()
    }

    /// Apart from its caller, and without errors of its own: optimised code of Swift 6.3 cannot be made of a child task in a
    /// function that throws a typed error.
    private func deliver(
        _ archive: [UInt8], to target: ContainerFolder, _ limits: ArchiveLimits
    ) async -> ArchiveOutcome {
        let upload = HTTPUpload()
        async let writing = write(upload, to: target, limits)
        if await upload.write(archive) { upload.finish() }
        return await writing
    }

    /// The first entry of a folder's archive: the folder itself.
    private func ownEntry(of source: ContainerFolder) async throws(DockerError) -> [UInt8] {
        let call = try self.container(.get, source.container, "/archive", query: [("path", source.path)])
        let chunks = try await stream(call, ChunkDecoder())
        defer { chunks.cancel() }
        var first = FirstEntry()
        while let chunk = try await chunks.next() {
            first.feed(chunk)
            if first.isOver { break }
        }
        return try first.bytes(call)
    }

    private func copy(
        _ source: ContainerFolder, _ target: ContainerFolder, _ limits: ArchiveLimits, _ progress: Guarded<Int>
    ) async -> ArchiveOutcome {
        let upload = HTTPUpload()
        async let writing = write(upload, to: target, limits)
        let reading = await read(source, into: upload, limits, progress)
        let written = await writing
        // Where the target refuses, the source is only cut off: what the target says is the reason.
        if case .failure(let error) = written.result, !reading.isReason { return ArchiveOutcome(.failure(error)) }
        return reading
    }

    private func write(
        _ upload: HTTPUpload, to target: ContainerFolder, _ limits: ArchiveLimits
    ) async -> ArchiveOutcome {
        do throws(DockerError) {
            var call = try container(
                .put, target.container, "/archive", query: [("path", target.path), ("noOverwriteDirNonDir", "1")],
                timeout: limits.timeout)
            call.headers["Content-Type"] = "application/x-tar"
            _ = try await send(call, body: upload)
            return ArchiveOutcome(.success(ArchiveSummary(contentBytes: 0, entries: 0)))
        } catch {
            upload.fail()
            return ArchiveOutcome(.failure(error))
        }
    }

    private func read(
        _ source: ContainerFolder, into upload: HTTPUpload, _ limits: ArchiveLimits, _ progress: Guarded<Int>
    ) async -> ArchiveOutcome {
        var check = ArchiveCheck()
        do throws(DockerError) {
            let call = try container(.get, source.container, "/archive", query: [("path", source.path + "/.")])
            let chunks = try await stream(call, ChunkDecoder())
            defer { chunks.cancel() }
            while let chunk = try await chunks.next() {
                check.feed(chunk)
                progress.withLock { $0 += chunk.count }
                if check.flaw != nil { break }
                guard check.bytes <= limits.maxBytes else {
                    throw DockerError(
                        kind: .serverError, engineMessage: "the copy is larger than \(limits.maxBytes) bytes",
                        call: call.label)
                }
                guard await upload.write(chunk) else {
                    return ArchiveOutcome(.failure(.malformed("the target takes no more", call: call)), isReason: false)
                }
                progress.withLock { $0 += 1 }
            }
            guard check.isWhole else {
                throw .malformed(
                    "the archive is not whole: \(check.flaw ?? "it ends after \(check.bytes) bytes")", call: call)
            }
            upload.finish()
            return ArchiveOutcome(
                .success(ArchiveSummary(contentBytes: check.contentBytes, entries: check.entries)), isReason: false)
        } catch {
            upload.fail()
            return ArchiveOutcome(.failure(error))
        }
    }
}

/// The first entry of an archive, as its blocks come.
private struct FirstEntry {
    private var check = ArchiveCheck()
    private var entry: [UInt8] = []
    private var rest: ArraySlice<UInt8> = []

    var isOver: Bool { check.entries > 0 || check.flaw != nil }

    mutating func feed(_ chunk: [UInt8]) {
        rest += chunk
        while !isOver, rest.count >= ArchiveCheck.blockBytes {
            let block = Array(rest.prefix(ArchiveCheck.blockBytes))
            rest = rest.dropFirst(block.count)
            check.feed(block)
            entry += block
        }
    }

    func bytes(_ call: EngineCall) throws(DockerError) -> [UInt8] {
        guard check.entries == 1, check.contentBytes == 0, entry.count <= 1 << 20 else {
            throw .malformed("the archive does not begin with the folder: \(check.flaw ?? "it ends early")", call: call)
        }
        return entry
    }
}

/// The outcome of a half of a copy. A class: optimised code of Swift 6.3 leaves large enums of child tasks unwritten.
private final class ArchiveOutcome: Sendable {
    let result: Result<ArchiveSummary, DockerError>
    /// Whether this half failed by itself, and not because the other one did.
    let isReason: Bool

    init(_ result: Result<ArchiveSummary, DockerError>, isReason: Bool = true) {
        self.result = result
        self.isReason = isReason
    }
}

/// Bytes as they come.
private struct ChunkDecoder: StreamDecoder {
    private var chunk: [UInt8] = []

    mutating func feed(_ bytes: [UInt8]) { chunk += bytes }

    mutating func next() -> [UInt8]? {
        guard !chunk.isEmpty else { return nil }
        defer { chunk = [] }
        return chunk
    }

    mutating func last() -> [UInt8]? { next() }
}
