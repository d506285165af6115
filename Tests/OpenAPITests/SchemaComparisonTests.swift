import InfraAPI
import JSON
import OpenAPI
import Testing

/// Which installed definitions an immd can work with.
@Suite struct SchemaComparisonTests {
    private let ours = Volume.resourceType.customResourceDefinition

    private func installed(_ change: (inout JSONValue) -> Void) -> JSONValue {
        var definition = ours
        var version = definition["spec"]?["versions"]?.arrayValue?.first ?? .null
        change(&version)
        definition[path: ["spec", "versions"]] = [version]
        definition[path: ["metadata", "annotations"]] = [CustomResourceDefinitions.hashAnnotation: "another"]
        return definition
    }

    private let status: [String] = ["schema", "openAPIV3Schema", "properties", "status", "properties"]

    @Test(arguments: CustomResourceDefinitions.kinds.map(\.kind)) func `our own definition lacks nothing`(
        kind: String
    ) throws {
        let type = try #require(CustomResourceDefinitions.kinds.first { $0.kind == kind })
        #expect(SchemaComparison.missing(in: type.customResourceDefinition, of: type) == [])
        // Also where the annotation was lost.
        var bare = type.customResourceDefinition
        bare[path: ["metadata", "annotations"]] = nil
        #expect(SchemaComparison.missing(in: bare, of: type) == [])
    }

    @Test func `what is missing is named`() {
        let without = installed { $0[path: status + ["receipts"]] = nil }
        #expect(SchemaComparison.missing(in: without, of: Volume.resourceType) == [".status.receipts"])
        let inner = installed {
            $0[path: status + ["receipts", "items", "properties", "epoch"]] = nil
            $0["subresources"] = nil
        }
        #expect(
            SchemaComparison.missing(in: inner, of: Volume.resourceType) == [
                "subresource status", ".status.receipts[].epoch",
            ])
        let policy = ["schema", "openAPIV3Schema", "properties", "spec", "properties", "reclaimPolicy", "enum"]
        let narrow = installed { $0[path: policy] = ["Retain"] }
        #expect(SchemaComparison.missing(in: narrow, of: Volume.resourceType) == [".spec.reclaimPolicy Delete"])
    }

    @Test func `another version alone, or one that is not served, is no definition of ours`() {
        let other = installed { $0["name"] = "v1" }
        #expect(SchemaComparison.missing(in: other, of: Volume.resourceType) == ["version v1alpha1"])
        let off = installed { $0["served"] = false }
        #expect(SchemaComparison.missing(in: off, of: Volume.resourceType) == ["version v1alpha1"])
    }

    @Test func `a later definition, which has more, will do`() {
        let more = installed { $0[path: status + ["later"]] = ["type": "string"] }
        #expect(SchemaComparison.missing(in: more, of: Volume.resourceType) == [])
        let open = installed {
            $0[path: ["schema", "openAPIV3Schema", "properties", "status"]] = [
                "type": "object", "x-kubernetes-preserve-unknown-fields": true,
            ]
        }
        #expect(SchemaComparison.missing(in: open, of: Volume.resourceType) == [])
    }

    @Test func `what a server publishes to everybody will do too`() throws {
        let version = ours["spec"]?["versions"]?.arrayValue?.first
        var schema = version?[path: ["schema", "openAPIV3Schema"]] ?? .null
        schema["x-kubernetes-group-version-kind"] = [["group": "imm.dev", "version": "v1alpha1", "kind": "Volume"]]
        func document(_ schema: JSONValue) -> JSONValue {
            ["components": ["schemas": ["dev.imm.v1alpha1.Volume": schema, "io.k8s.Other": ["type": "object"]]]]
        }
        #expect(SchemaComparison.missing(inDocument: document(schema), of: Volume.resourceType) == [])
        #expect(SchemaComparison.missing(inDocument: document(schema), of: Instance.resourceType) == nil)
        schema[path: ["properties", "status", "properties", "epoch"]] = nil
        #expect(SchemaComparison.missing(inDocument: document(schema), of: Volume.resourceType) == [".status.epoch"])
    }

    @Test func `every right has a purpose, and none is for lists of Secrets`() {
        for rule in ClusterRules.all {
            #expect(!rule.purpose.isEmpty && !rule.verbs.isEmpty && !rule.resources.isEmpty)
            #expect(!rule.verbs.contains("*") && !rule.resources.contains("*"))
            if rule.resources.contains("secrets") {
                #expect(!rule.verbs.contains("list") && !rule.verbs.contains("watch"))
            }
        }
    }
}
