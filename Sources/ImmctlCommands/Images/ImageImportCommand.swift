import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

struct ImageImportCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Put a disk image (qcow2 or raw) into the store of a provider.",
        discussion: """
            The file is sent in pieces and checked there: an image with a backing file or a data file of its own, and a truncated, \
            corrupt or encrypted one is refused. A name that stood for another image stands for this one then; what runs is \
            not touched by that.

            Examples:
              immctl image import web.qcow2 --name web:v2
              immctl image import other.raw --without-agent
            """)

    @Argument(help: "The file.", completion: .file())
    var file: String

    @Option(help: ArgumentHelp("What it is called: NAME or NAME:TAG.", valueName: "name"))
    var name: String?

    @Option(help: ArgumentHelp("Refuse it unless this is its digest.", valueName: "sha256:…"))
    var digest: String?

    @Flag(help: "imm's agent is not in it: no exec, no logs but the console, volumes are the guest's own to mount.")
    var withoutAgent = false

    @OptionGroup var place: ImagePlace
    @OptionGroup var output: ResultOutputOptions

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        let reader = try LocalFileReader(file)
        return try await place.server.withSession(invocation) { session throws(CommandFailure) in
            let provider = try await place.reference(session)
            func ask(_ wanted: DiskImageRequest) async throws(CommandFailure) -> JSONValue {
                try await request("import \(file) to \(provider.qualifiedName)") { () throws(APIStatus) in
                    try await session.images(provider, wanted)
                }
            }
            guard let upload = try await ask(.begin)["upload"]?.stringValue else {
                throw CommandFailure(.failed, "the server began no upload")
            }
            var offset = 0
            while true {
                let piece = try reader.next(DiskImageRequest.pieceLimit)
                if piece.isEmpty { break }
                _ = try await ask(.append(upload: upload, offset: offset, bytes: piece))
                offset += piece.count
            }
            let image = ImageText(
                json: try await ask(.finish(upload: upload, name: name, digest: digest, hasAgent: !withoutAgent)))
            try OutputRendering(console: invocation.console).show(image.json, as: output.output) {
                [
                    "image \(image.digest) imported"
                        + (image.names.isEmpty ? "" : " as \(image.names.joined(separator: ", "))")
                ]
            }
            return .success
        }
    }
}
