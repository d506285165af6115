import ArgumentParser

/// What is applied where and how: for the commands that apply, and those that try it.
struct ApplyOptions: ParsableArguments {
    @OptionGroup var files: FileOptions

    @Flag(help: "Take over fields that others manage.")
    var forceConflicts = false

    @Flag(help: "Accepted as kubectl has it: it is always server-side.")
    var serverSide = false

    @OptionGroup var namespace: NamespaceOptions
    @OptionGroup var server: ServerOptions

    /// Reads and validates the manifests.
    ///
    /// - Throws: every flaw of every document, each with its place.
    func documents(_ invocation: Invocation) throws(CommandFailure) -> [ApplyDocument] {
        try files.load(invocation, namespace.namespace).documents
    }

    func run(_ session: Session, _ invocation: Invocation) -> ApplyRun {
        ApplyRun(session: session, console: invocation.console, forceConflicts: forceConflicts)
    }
}
