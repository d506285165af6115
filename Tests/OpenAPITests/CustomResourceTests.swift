import Foundation
import InfraAPI
import JSON
import Manifests
import OpenAPI
import Testing

/// charts/imm/crds is what `immd crds` prints. `IMM_WRITE_CRDS=1` writes the files anew.
@Suite struct CustomResourceTests {
    private static let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("charts/imm/crds")

    private func definition(_ kind: String) throws -> JSONValue {
        try #require(CustomResourceDefinitions.kinds.first { $0.kind == kind }).customResourceDefinition
    }

    @Test(arguments: CustomResourceDefinitions.kinds.map(\.kind)) func `the schema is structural`(kind: String) throws {
        let version = try #require(try definition(kind)["spec"]?["versions"]?.arrayValue?.first)
        let schema = try #require(version["schema"]?["openAPIV3Schema"])
        #expect(StructuralSchema(schema).faults == [])
    }

    @Test func `the check of schemas finds what a server refuses`() {
        let bad: JSONValue = [
            "type": "object",
            "properties": [
                "a": ["type": "string"], "b": ["allOf": []], "c": ["type": "string", "maxLength": 1, "default": 1],
                "d": [
                    "type": "array", "maxItems": 3, "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["n"],
                    "items": ["type": "object", "properties": ["n": ["type": "string", "maxLength": 3]]],
                ],
                "e": [
                    "type": "array", "maxItems": 3,
                    "items": [
                        "type": "integer",
                        "x-kubernetes-validations": [["rule": "self == oldSelf", "message": "no"]],
                    ],
                ],
            ],
        ]
        #expect(
            StructuralSchema(bad).faults.map { $0.prefix(while: { $0 != ":" }) } == [
                ".a", ".b", ".b", ".c", ".d", ".e[]",
            ])
    }

    @Test func `every kind of ours but RoleBindings is defined`() {
        #expect(
            CustomResourceDefinitions.kinds.map(\.kind).sorted()
                == ResourceTypes.category("imm").map(\.kind).filter { $0 != "RoleBinding" }.sorted())
    }

    @Test func `a set has a status of its own, a scale, columns and short names`() throws {
        let set = try definition("InstanceSet")
        #expect(set["metadata"]?["name"] == "instancesets.imm.dev")
        #expect(set["spec"]?["scope"] == "Namespaced")
        #expect(set["spec"]?["names"]?["shortNames"] == ["iset"] && set["spec"]?["names"]?["categories"] == ["imm"])
        let version = try #require(set["spec"]?["versions"]?.arrayValue?.first)
        #expect(version["subresources"]?["status"] == [:])
        #expect(
            version["subresources"]?["scale"] == [
                "labelSelectorPath": ".status.selector", "specReplicasPath": ".spec.replicas",
                "statusReplicasPath": ".status.replicas",
            ])
        let columns = version["additionalPrinterColumns"]?.arrayValue ?? []
        #expect(columns.contains { $0["jsonPath"] == ".status.conditions[?(@.type==\"Ready\")].reason" })
        let status = version[path: ["schema", "openAPIV3Schema", "properties", "status"]]
        #expect(status?["default"] == ["observedGeneration": -1])
        #expect(status?["properties"]?["observedGeneration"]?["minimum"] == -1)
        let provider = try definition("Provider")
        #expect(provider["spec"]?["scope"] == "Cluster")
    }

    @Test func `the hash tells any change of a definition`() throws {
        let hashes = try CustomResourceDefinitions.kinds.map { type in
            try #require(
                type.customResourceDefinition[path: [
                    "metadata", "annotations", CustomResourceDefinitions.hashAnnotation,
                ]]?
                .stringValue)
        }
        #expect(Set(hashes).count == hashes.count && hashes.allSatisfy { $0.utf8.count == 64 })
    }

    @Test(arguments: CustomResourceDefinitions.kinds.map(\.kind)) func `the chart holds what immd prints`(
        kind: String
    ) throws {
        let type = try #require(CustomResourceDefinitions.kinds.first { $0.kind == kind })
        let file = CustomResourceTests.folder.appendingPathComponent("\(type.group)_\(type.plural).yaml")
        let text = type.customResourceDefinition.yamlString()
        if ProcessInfo.processInfo.environment["IMM_WRITE_CRDS"] != nil {
            try FileManager.default.createDirectory(
                at: CustomResourceTests.folder, withIntermediateDirectories: true)
            try text.write(to: file, atomically: true, encoding: .utf8)
            return
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == text, "write it with IMM_WRITE_CRDS=1")
    }

    @Test func `the chart holds no other definition`() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: CustomResourceTests.folder.path).sorted()
        #expect(files == CustomResourceDefinitions.kinds.map { "\($0.group)_\($0.plural).yaml" }.sorted())
    }
}
