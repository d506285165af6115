import ArgumentParser

/// In which namespace; `default` where nothing is said.
struct NamespaceOptions: ParsableArguments {
    @Option(
        name: [.customShort("n"), .long], help: "Namespace of the objects; without it, default.")
    var namespace: String?

    var name: String { namespace ?? "default" }
}
