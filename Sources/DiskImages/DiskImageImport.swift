internal import Ambient
internal import Crypto
import Glibc
internal import JSON
internal import ProcessControl

/// An image on its way into the store. Letting go of it before `finish` leaves nothing behind.
public final class DiskImageImport: Sendable {
    /// The largest file that is taken.
    public static let fileLimit = 1 << 40

    private struct State {
        var descriptor: Int32
        var hash = SHA256()
        var head: [UInt8] = []
        var count = 0
    }

    private let store: DiskImageStore
    private let work: PrivateDirectory
    private let state: Guarded<State>

    init(_ store: DiskImageStore) throws(DiskImageError) {
        self.store = store
        work = try store.call { () throws(FileFailure) in
            try PrivateDirectory(store.directory + "/incoming").temporary("import-", store.surroundings.randomness)
        }
        let descriptor = open(work.path + "/disk", O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            work.remove()
            throw DiskImageError(.failed, "cannot make \(work.path)/disk: \(String(cString: strerror(errno)))")
        }
        state = Guarded(State(descriptor: descriptor))
    }

    deinit {
        close()
        work.remove()
    }

    public func write(_ bytes: [UInt8]) throws(DiskImageError) {
        let code: Int32 = state.withLock { state in
            state.hash.update(data: bytes)
            if state.head.count < QCOW2Header.length {
                state.head += bytes.prefix(QCOW2Header.length - state.head.count)
            }
            state.count += bytes.count
            guard state.count <= DiskImageImport.fileLimit else { return EFBIG }
            var done = 0
            while done < bytes.count {
                let count = bytes[done...].withUnsafeBytes { Glibc.write(state.descriptor, $0.baseAddress, $0.count) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return errno }
                done += count
            }
            return 0
        }
        guard code == 0 else {
            throw DiskImageError(.failed, "cannot store the image: \(String(cString: strerror(code)))")
        }
    }

    /// Checks what came, and keeps it. An image that is there already is fine.
    ///
    /// - Parameter expected: the digest that the sender computed; another one is refused.
    public func finish(
        name: DiskImageName?, expected: String?, hasAgent: Bool = true
    ) async throws(DiskImageError) -> DiskImage {
        let (hash, head, count) = state.withLock { state in
            // What is acknowledged survives a power cut.
            fsync(state.descriptor)
            return (state.hash, state.head, state.count)
        }
        close()
        let digest = FileDigest.text(hash)
        if let expected, expected != digest {
            throw DiskImageError(
                .refused, "the file has the digest \(digest), and \(expected) was announced; it changed on its way")
        }
        var image = try described(digest, head, count)
        image.hasAgent = hasAgent
        if image.format == .qcow2 { try await check() }
        try keep(image)
        if let name { try store.setName(name, of: digest) }
        image.names = try store.find(digest).names
        return image
    }

    private func described(_ digest: String, _ head: [UInt8], _ count: Int) throws(DiskImageError) -> DiskImage {
        let isQCOW2 = QCOW2Header.isQCOW2(head)
        guard count > 0, isQCOW2 || count % 512 == 0 else {
            throw DiskImageError(
                .refused, "a file of \(count) bytes is neither qcow2 nor a raw disk, which has sectors of 512 bytes")
        }
        return DiskImage(
            digest: digest, format: isQCOW2 ? .qcow2 : .raw, fileBytes: count,
            diskBytes: isQCOW2 ? try QCOW2Header(head).diskBytes : count, importedAt: store.surroundings.time.now,
            hasAgent: true)
    }

    /// Truncated and corrupt files have clusters that are not there.
    private func check() async throws(DiskImageError) {
        let call = ProgramCall(
            store.qemuImage, ["check", "-f", "qcow2", "--output=json", "--", work.path + "/disk"],
            environment: ["LC_ALL": "C"], directory: work.path, timeout: .seconds(600))
        let result: ProgramResult
        do throws(ProgramFailure) {
            result = try await ProgramRunner(time: store.surroundings.time).run(call)
        } catch {
            throw DiskImageError(.failed, "cannot run \(store.qemuImage) check: \(error); is qemu-utils installed?")
        }
        // 3: leaked clusters, which waste space and harm nothing.
        guard result.exitCode == 0 || result.exitCode == 3 else {
            let reason = OutputText.line(String(decoding: result.errors, as: UTF8.self), limit: 300)
            throw DiskImageError(
                .refused,
                "the qcow2 file is truncated or corrupt (qemu-img check: exit code \(result.exitCode ?? -1)"
                    + (reason.isEmpty ? ")" : ": \(reason))"))
        }
    }

    private func keep(_ image: DiskImage) throws(DiskImageError) {
        try store.call { () throws(FileFailure) in
            try FileTree.setMode(work.path + "/disk", 0o444)
            try work.write("image.json", image.json.encodedString())
            _ = try PrivateDirectory(store.directory + "/images")
            // Taken: the same bytes are there.
            _ = try FileTree.move(work.path, to: store.folder(image.digest))
        }
        store.remember(image.digest)
    }

    private func close() {
        state.withLock { state in
            if state.descriptor >= 0 { Glibc.close(state.descriptor) }
            state.descriptor = -1
        }
    }
}

extension DiskImageStore {
    /// Imports a file of this host.
    public func importFile(
        _ path: String, name: DiskImageName?, expected: String? = nil, hasAgent: Bool = true
    ) async throws(DiskImageError) -> DiskImage {
        guard FileTree.isThere(path) else { throw DiskImageError(.notFound, "there is no file \(path)") }
        let upload = try beginImport()
        var offset = 0
        while true {
            let chunk = try call { () throws(FileFailure) in
                try FileTree.read(path, from: offset, limit: 1 << 20)
            }
            if chunk.isEmpty { break }
            try upload.write(chunk)
            offset += chunk.count
            await Task.yield()
        }
        return try await upload.finish(name: name, expected: expected, hasAgent: hasAgent)
    }
}
