import ArgumentParser
import InfraAPI
import Manifests
import OpenAPI

/// The kinds as CustomResourceDefinitions. Helm never upgrades those of a chart: this is how they are upgraded.
struct CustomResourcesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "crds", abstract: "Print the CustomResourceDefinitions of all kinds, as YAML.",
        discussion: """
            EXAMPLES
              immd crds | kubectl apply --server-side -f -   # install or upgrade them
              immd crds | kubectl diff --server-side -f -    # what an upgrade would change
            """)

    func run() {
        for type in CustomResourceDefinitions.kinds {
            print("---\n" + type.customResourceDefinition.yamlString(), terminator: "")
        }
    }
}
