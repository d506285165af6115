import ArgumentParser

/// In which namespace; where nothing is said that of the kubeconfig's context, or `default`.
struct NamespaceOptions: ParsableArguments {
    @Option(
        name: [.customShort("n"), .long], help: "Namespace of the objects; without it, the context's, or default.")
    var namespace: String?

    var name: String { namespace ?? DefaultNamespace.name }
}
