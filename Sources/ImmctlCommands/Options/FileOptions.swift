import ArgumentParser

/// Which manifests.
struct FileOptions: ParsableArguments {
    @Option(
        name: [.customShort("f"), .customLong("filename")],
        help: ArgumentHelp("File, folder, or - for the standard input; may be given several times.", valueName: "path"),
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var files: [String] = []

    @Flag(name: [.customShort("R"), .long], help: "Read the folders in a folder too.")
    var recursive = false

    var isEmpty: Bool { files.isEmpty }

    /// Reads and validates everything.
    ///
    /// - Parameter namespace: what `-n` says; nil when it was not given.
    /// - Throws: every flaw of every document, each with its place.
    func load(_ invocation: Invocation, _ namespace: String?) throws(CommandFailure) -> ApplyDocuments {
        try ApplyDocuments(files, recursive: recursive, namespace: namespace, invocation.console)
    }
}
