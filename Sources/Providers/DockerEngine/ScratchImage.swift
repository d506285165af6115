internal import JSON

/// An image made of a few files on nothing (`FROM scratch`), built by the engine itself: no registry is needed. For
/// tests, demonstrations and static programs.
public struct ScratchImage: Sendable {
    public struct File: Sendable {
        public let path: String
        public let mode: Int
        public let content: [UInt8]

        public init(_ path: String, mode: Int = 0o644, _ content: [UInt8]) {
            self.path = path
            self.mode = mode
            self.content = content
        }
    }

    /// `repository:tag`
    public var tag: String
    /// With absolute paths.
    public var files: [File] = []
    public var directories: [(path: String, mode: Int)] = []
    /// Symbolic links by path.
    public var links: [(path: String, target: String)] = []
    public var entrypoint: [String] = []
    public var command: [String] = []
    public var labels: [String: String] = [:]
    /// Further lines of the Dockerfile, such as `VOLUME /data`.
    public var instructions: [String] = []

    public init(tag: String) { self.tag = tag }

    /// An image with busybox under its name and those of its commands.
    public static func busybox(tag: String, binary: [UInt8], commands: [String]) -> ScratchImage {
        var image = ScratchImage(tag: tag)
        image.directories = [("/bin", 0o755), ("/tmp", 0o1777), ("/etc", 0o755)]
        image.files = [File("/bin/busybox", mode: 0o755, binary)]
        image.links = commands.map { ("/bin/\($0)", "busybox") }
        image.instructions = ["ENV PATH=/bin"]
        return image
    }

    /// Builds it and returns its id.
    public func build(on engine: DockerEngine) async throws -> String {
        try await engine.buildImage(context: context(), tag: tag)
    }

    /// The tar of the build context.
    func context() throws(TarWriter.PathTooLong) -> [UInt8] {
        var tar = TarWriter()
        try tar.addFile("Dockerfile", Array(dockerfile.utf8))
        try tar.addDirectory("root")
        for directory in directories { try tar.addDirectory("root" + directory.path, mode: directory.mode) }
        for file in files { try tar.addFile("root" + file.path, mode: file.mode, file.content) }
        for link in links { try tar.addSymbolicLink("root" + link.path, to: link.target) }
        return tar.finished()
    }

    private var dockerfile: String {
        var lines = ["FROM scratch", "COPY root/ /"] + instructions
        for (name, value) in labels.sorted(by: { $0.key < $1.key }) {
            lines.append("LABEL \(JSONValue.string(name).encodedString())=\(JSONValue.string(value).encodedString())")
        }
        if !entrypoint.isEmpty { lines.append("ENTRYPOINT \(list(entrypoint))") }
        if !command.isEmpty { lines.append("CMD \(list(command))") }
        return lines.joined(separator: "\n") + "\n"
    }

    private func list(_ words: [String]) -> String {
        JSONValue.array(words.map { .string($0) }).encodedString()
    }
}
