import ArgumentParser
import JSON
import ResourceAPI

struct ImageListCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the disk images of a provider.",
        discussion: """
            Examples:
              immctl image list
              immctl image list -o json
            """)

    @OptionGroup var output: ResultOutputOptions
    @OptionGroup var place: ImagePlace

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        try await place.server.withSession(invocation) { session throws(CommandFailure) in
            let list = try await place.ask(session, "list the images", .list)
            try OutputRendering(console: invocation.console).show(list, as: output.output) {
                let images = (list["items"]?.arrayValue ?? []).map(ImageText.init)
                guard !images.isEmpty else { return ["no images"] }
                var table = TextTable("names", "digest", "format", "file", "disk")
                table.rows = images.map { image in
                    [
                        image.names.isEmpty ? "<none>" : image.names.joined(separator: ","), image.digest, image.format,
                        image.size, image.disk,
                    ]
                }
                return table.lines()
            }
            return .success
        }
    }
}

struct ImageInspectCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Show one disk image, and who needs it.",
        discussion: """
            Examples:
              immctl image inspect web:v2
            """)

    @Argument(help: "Digest or name of the image.")
    var image: String

    @OptionGroup var output: ResultOutputOptions
    @OptionGroup var place: ImagePlace

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        try await place.server.withSession(invocation) { session throws(CommandFailure) in
            let found = try await place.ask(session, "show image \(image)", .inspect(image))
            try OutputRendering(console: invocation.console).show(found, as: output.output) {
                ImageText(json: found).lines
            }
            return .success
        }
    }
}

struct ImageVerifyCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Compute the digest of an image's file again; exits with 1 when it is another one.",
        discussion: """
            Examples:
              immctl image verify web:v2
            """)

    @Argument(help: "Digest or name of the image.")
    var image: String

    @OptionGroup var place: ImagePlace

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        try await place.server.withSession(invocation) { session throws(CommandFailure) in
            let found = ImageText(json: try await place.ask(session, "verify image \(image)", .verify(image)))
            invocation.console.print("image \(found.digest) is as it was imported")
            return .success
        }
    }
}

struct ImageRemoveCommand: ImmctlCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm",
        abstract: "Remove a disk image with its names; refused while an instance or a kept revision needs it.",
        discussion: """
            Examples:
              immctl image rm web:v1
            """)

    @Argument(help: "Digest or name of the image.")
    var image: String

    @OptionGroup var place: ImagePlace

    func run(in invocation: Invocation) async throws(CommandFailure) -> CommandStatus {
        try await place.server.withSession(invocation) { session throws(CommandFailure) in
            let gone = ImageText(json: try await place.ask(session, "remove image \(image)", .remove(image)))
            invocation.console.print("image \(gone.digest) removed")
            return .success
        }
    }
}
