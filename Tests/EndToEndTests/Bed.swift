import APIClient
import Ambient
import DockerEngine
import Glibc
import HTTPTransport
import InfraAPI
import JSON
import ResourceAPI
import Testing

/// An immd on the test engine, with everything that a test asks of both. What the installation made is removed at the end.
struct Bed: Sendable {
    let name: String
    let directory: String
    let daemon: Daemon
    let engine: DockerEngine
    /// Of the sets.
    let namespace: String
    /// Of the sets that name none; nil: the default one.
    let provider: String?

    var client: HTTPResourceClient { daemon.client }

    /// - Parameters:
    ///   - endpoint: path of the engine's socket as immd is told it; nil: the real one.
    ///   - listen: address of the API on TCP; `none` without.
    ///   - engine: the engine, when it is not the one that all tests share.
    static func with(
        endpoint: (@Sendable (_ directory: String) -> String)? = nil, listen: String = "none",
        engine: PrivateEngine? = nil,
        _ body: (Bed) async throws -> Void
    ) async throws {
        let name = TestEngine.freshID()
        let directory = "\(temporaryRoot)/imm-e2e-\(name)"
        guard mkdir(directory, 0o700) == 0 else { throw Failure("\(directory) cannot be made") }
        let socket = endpoint?(directory) ?? engine?.socketPath ?? TestEngine.socketPath ?? "/nowhere"
        let bed = Bed(
            name: name, directory: directory, daemon: Daemon(directory: directory, endpoint: socket, listen: listen),
            engine: engine?.engine ?? TestEngine.engine)
        do {
            try await bed.daemon.start()
            try await body(bed)
        } catch {
            await bed.cleanUp()
            throw error
        }
        await bed.cleanUp()
    }

    init(
        name: String, directory: String, daemon: Daemon, engine: DockerEngine, namespace: String = "default",
        provider: String? = nil
    ) {
        self.name = name
        self.directory = directory
        self.daemon = daemon
        self.engine = engine
        self.namespace = namespace
        self.provider = provider
    }

    func cleanUp() async {
        daemon.crash()
        client.shutdown()
        // Again until nothing is left: what the dead daemon asked for last may still come to be.
        for _ in 1...50 {
            let (rows, volumes) = ((try? await containers()) ?? [], (try? await volumes()) ?? [])
            if rows.isEmpty && volumes.isEmpty { break }
            for row in rows { try? await engine.removeContainer(row.id, force: true) }
            for volume in volumes { try? await engine.removeVolume(volume.name) }
            try? await Task.sleep(for: .milliseconds(100))
        }
        // By label, since a tag that was moved leaves its old image without a name.
        for image in (try? await engine.listImages(labels: [imageLabel])) ?? [] {
            try? await engine.removeImage(image.id, force: true)
        }
        if getenv("IMM_TEST_KEEP_LOGS") != nil { try? copyLog() }
        removeTree(directory)
    }

    private func copyLog() throws {
        guard let file = fopen("\(temporaryRoot)/imm-e2e-\(name).log", "w") else { return }
        defer { fclose(file) }
        let bytes = try readBytes(daemon.logPath)
        fwrite(bytes, 1, bytes.count, file)
    }

    // MARK: the engine

    private var label: String { "imm.dev/installation=\(daemon.installation ?? "none")" }

    /// The installation's containers, running or not.
    func containers(of set: String? = nil) async throws -> [ContainerSummary] {
        try await engine.listContainers(labels: [label] + (set.map { ["imm.dev/set=\(namespace)/\($0)"] } ?? []))
    }

    /// The installation's volumes, the identity marker included.
    func volumes() async throws -> [EngineVolume] { try await engine.listVolumes(labels: [label]) }

    /// What the engine did to containers and volumes of the installation between two moments.
    func events(since: Timestamp, until: Timestamp) async throws -> [EngineEvent] {
        let stream = try await engine.events(since: since, until: until, types: [], labels: [label])
        var events: [EngineEvent] = []
        while let event = try await stream.next() { events.append(event) }
        return events
    }

    /// Builds `imm-e2e-<bed>/app:<tag>`: busybox, the writer, and `content` in /VERSION.
    @discardableResult
    func image(_ tag: String, content: String? = nil, on other: DockerEngine? = nil) async throws -> String {
        let reference = "imm-e2e-\(name)/app:\(tag)"
        var image = ScratchImage.busybox(
            tag: reference, binary: try readBytes("/bin/busybox"),
            commands: ["sh", "sleep", "cat", "echo", "tail", "cut", "mv", "sync", "touch", "test", "httpd", "rm"])
        image.directories += [("/data", 0o755), ("/www", 0o755)]
        image.files += [
            .init("/VERSION", Array((content ?? tag).utf8)), .init("/www/index.html", Array("serving\n".utf8)),
            .init("/bin/writer", mode: 0o755, Array(Writer.script.utf8)),
            .init("/bin/idle", mode: 0o755, Array(Bed.idle.utf8)),
        ]
        image.command = ["/bin/idle"]
        image.labels = [Bed.imageLabelName: name]
        _ = try await image.build(on: other ?? engine)
        return reference
    }

    private static let imageLabelName = "imm-e2e"

    private var imageLabel: String { "\(Bed.imageLabelName)=\(name)" }

    private static let idle = """
        #!/bin/sh
        trap 'exit 0' TERM
        echo "$IMM_INSTANCE runs $(cat /VERSION)"
        while :; do sleep 0.1; done

        """

    /// Runs a command in the container of an instance.
    func run(_ command: String, in instance: Instance) async throws -> String {
        let outcome = try await engine.execute(
            instance.status.providerID ?? "", command: ["/bin/sh", "-c", command], outputLimit: 1 << 20)
        return String(decoding: outcome.output, as: UTF8.self)
    }

    /// A file of a volume's data, read on the engine's host; nil when it is not there.
    func file(_ path: String, on volume: Volume) async throws -> String? {
        let mountpoint = try await engine.inspectVolume(volume.status.providerID ?? "").mountpoint
        let file = mountpoint + "/" + path
        return access(file, F_OK) == 0 ? try readText(file) : nil
    }
}

/// Removes a folder with all that is in it; links are removed, not followed.
func removeTree(_ path: String) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    if status.st_mode & S_IFMT == S_IFDIR, let folder = opendir(path) {
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { removeTree(path + "/" + name) }
        }
        closedir(folder)
    }
    remove(path)
}
