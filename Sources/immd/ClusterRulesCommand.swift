import ArgumentParser
import JSON
import Manifests
import OpenAPI

/// The rights that immd needs on Kubernetes, for those who install it by other means than the chart.
struct ClusterRulesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rbac", abstract: "Print the rules of the roles that immd needs on Kubernetes, as YAML.",
        discussion: """
            `namespaced` counts in each namespace with InstanceSets, `cluster` for kinds without a namespace, and `system` in \
            the namespace of immd itself.

            EXAMPLES
              immd rbac
            """)

    func run() {
        let rules: JSONValue = [
            "namespaced": list(ClusterRules.namespaced), "cluster": list(ClusterRules.cluster),
            "system": list(ClusterRules.system),
        ]
        print(rules.yamlString(), terminator: "")
    }

    private func list(_ rules: [ClusterRule]) -> JSONValue { .array(rules.map(\.json)) }
}
