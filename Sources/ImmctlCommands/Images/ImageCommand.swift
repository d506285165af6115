import ArgumentParser
import InfraAPI
import JSON
import ResourceAPI

/// Groups the commands about disk images.
struct ImageCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "image",
        abstract: "Keep the disk images that virtual machines boot from; for administrators.",
        discussion: """
            A Provider of type qemu has a store of images, by the digest of the file. An InstanceSet names one by its digest \
            (sha256:…) or by a name that it was imported under.

            Examples:
              immctl image import web.qcow2 --name web:v2
              immctl image list
              immctl image rm web:v1
            """,
        subcommands: [
            ImageImportCommand.self, ImageListCommand.self, ImageInspectCommand.self, ImageVerifyCommand.self,
            ImageRemoveCommand.self,
        ])
}

/// The provider whose images a command is about.
struct ImagePlace: ParsableArguments {
    @Option(help: "Name of the Provider; unset: the one of type qemu, when there is one.")
    var provider: String?

    @OptionGroup var server: ServerOptions

    func reference(_ session: Session) async throws(CommandFailure) -> ObjectReference {
        let type = ProviderObject.resourceType
        if let provider { return try ResourceWords.reference(["provider/\(provider)"], in: "", kinds: [type]) }
        let items = try await request("list providers") { () throws(APIStatus) in
            try await session.client.list(type, in: nil, ListOptions()).items
        }
        var names: [String] = []
        for item in items {
            let provider: ProviderObject = try decode(item)
            if provider.spec.type == .qemu { names.append(provider.name) }
        }
        guard let name = names.first, names.count == 1 else {
            throw CommandFailure(
                .usage,
                names.isEmpty
                    ? "no Provider of type qemu is there"
                    : "several Providers are of type qemu: \(names.joined(separator: ", "))",
                hints: [names.isEmpty ? "make one: docs/qemu.md" : "say which with --provider"])
        }
        return try ResourceWords.reference(["provider/\(name)"], in: "", kinds: [type])
    }

    /// Asks the provider's store.
    func ask(
        _ session: Session, _ what: String, _ wanted: DiskImageRequest
    ) async throws(CommandFailure) -> JSONValue {
        let reference = try await reference(session)
        return try await request("\(what) of \(reference.qualifiedName)") { () throws(APIStatus) in
            try await session.images(reference, wanted)
        }
    }
}

/// An image as the server tells of it.
struct ImageText {
    let json: JSONValue

    var digest: String { json["digest"]?.stringValue ?? "" }
    var names: [String] { (json["names"]?.arrayValue ?? []).compactMap(\.stringValue) }
    var size: String { ImageText.megabytes(json["fileBytes"]) }
    var disk: String { ImageText.megabytes(json["diskBytes"]) }
    var format: String { json["format"]?.stringValue ?? "" }

    private static func megabytes(_ value: JSONValue?) -> String {
        "\(((value?.intValue ?? 0) + (1 << 20) - 1) >> 20)Mi"
    }

    var lines: [String] {
        [
            "Digest:    \(digest)", "Names:     \(names.isEmpty ? "<none>" : names.joined(separator: ", "))",
            "Format:    \(format)", "File:      \(size)", "Disk:      \(disk)",
            "Agent:     \(json["hasAgent"]?.boolValue == false ? "no" : "yes")",
            "Imported:  \(json["importedAt"]?.stringValue ?? "")",
        ] + (json["users"]?.arrayValue ?? []).compactMap(\.stringValue).map { "Needed by: \($0)" }
    }
}
