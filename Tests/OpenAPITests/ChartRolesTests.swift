import Foundation
import JSON
import Manifests
import OpenAPI
import Testing

/// The rights that the chart gives immd are those that immd says it needs, in manifests/install.yaml, which is rendered from the chart.
@Suite struct ChartRolesTests {
    /// One verb on one resource.
    private struct Right: Hashable, CustomStringConvertible {
        let group: String
        let resource: String
        let verb: String

        var description: String { "\(verb) \(resource)" + (group.isEmpty ? "" : ".\(group)") }
    }

    private static let manifests = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("manifests/install.yaml").path

    /// The rules of a role, by kind and name.
    private func rules(_ kind: String, _ name: String) throws -> [JSONValue] {
        let (documents, diagnostics) = loadManifests([.path(ChartRolesTests.manifests)])
        #expect(diagnostics.isEmpty, "\(diagnostics)")
        let role = try #require(
            documents.map(\.value).first {
                $0["kind"] == .string(kind) && $0["metadata"]?["name"] == .string(name)
            })
        return try #require(role["rules"]?.arrayValue)
    }

    private func rights(_ rules: [JSONValue]) -> Set<Right> {
        func words(_ rule: JSONValue, _ name: String) -> [String] {
            rule[name]?.arrayValue?.compactMap(\.stringValue) ?? []
        }
        var rights: Set<Right> = []
        for rule in rules {
            for group in words(rule, "apiGroups") {
                for resource in words(rule, "resources") {
                    for verb in words(rule, "verbs") {
                        rights.insert(Right(group: group, resource: resource, verb: verb))
                    }
                }
            }
        }
        return rights
    }

    @Test(arguments: [
        ("ClusterRole", "imm-system:imm", ClusterRules.namespaced + ClusterRules.cluster),
        ("Role", "imm", ClusterRules.system),
    ])
    func `a role of the chart grants what immd asks for, and nothing else`(
        kind: String, name: String, needed: [ClusterRule]
    ) throws {
        let granted = rights(try rules(kind, name))
        let asked = rights(needed.map(\.json))
        #expect(asked.subtracting(granted).isEmpty, "not granted by the chart")
        #expect(granted.subtracting(asked).isEmpty, "granted, and never asked for")
    }

    @Test func `a right on certain objects alone is no right on all of them`() throws {
        for rule in ClusterRules.cluster {
            guard let names = rule.names else { continue }
            let granted = try rules("ClusterRole", "imm-system:imm").filter {
                $0["resources"] == .array(rule.resources.map(JSONValue.string))
            }
            let grantedNames = granted.map {
                ($0["resourceNames"]?.arrayValue ?? []).compactMap(\.stringValue).sorted()
            }
            #expect(grantedNames == [names.sorted()], "\(rule.resources)")
        }
    }
}
