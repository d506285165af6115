import InfraAPI
import JSON
import OpenAPI
import Testing

@Suite struct DerivationTests {
    private func set(_ dialect: SchemaDialect, _ path: String...) -> JSONValue? {
        var value: JSONValue? = InstanceSet.resourceType.openAPI(dialect)
        for name in path { value = name == "[]" ? value?["items"] : value?["properties"]?[name] }
        return value
    }

    @Test func `numbers have a format and their bounds, defaults are shown`() {
        #expect(
            set(.document, "spec", "minReadySeconds")?["default"] == 0
                && set(.document, "spec", "minReadySeconds")?["format"] == "int32"
                && set(.document, "spec", "minReadySeconds")?["minimum"] == 0)
        #expect(set(.document, "metadata")?["allOf"]?.arrayValue?.count == 1)
        #expect(set(.document, "status", "observedGeneration")?["format"] == "int64")
    }

    @Test func `an integer or string has no type of its own`() throws {
        let surge = try #require(set(.customResource, "spec", "strategy", "maxSurge"))
        #expect(surge["x-kubernetes-int-or-string"] == true)
        #expect(surge["type"].isMissing)
        #expect(surge["anyOf"] == [["type": "integer"], ["type": "string"]])
    }

    @Test func `lists say how they merge`() {
        let template = ["spec", "template", "spec"]
        func list(_ name: String) -> JSONValue? {
            set(.document, template[0], template[1], template[2], name)
        }
        #expect(list("env")?["x-kubernetes-list-type"] == "map")
        #expect(list("env")?["x-kubernetes-list-map-keys"] == ["name"])
        #expect(list("volumeMounts")?["x-kubernetes-list-map-keys"] == ["mountPath"])
        #expect(list("command")?["x-kubernetes-list-type"] == "atomic")
        #expect(list("env")?["items"]?["required"] == ["name"])
    }

    @Test func `what may not change, and what excludes each other, stands as a rule`() {
        let provider = set(.customResource, "spec", "provider")?["x-kubernetes-validations"]?.arrayValue ?? []
        #expect(provider.contains { $0["rule"] == "self == oldSelf" })
        let probe = set(.customResource, "spec", "template", "spec", "readinessProbe")
        let rule = probe?["x-kubernetes-validations"]?.arrayValue?.first?["rule"]?.stringValue
        #expect(rule?.contains("has(self.httpGet)") == true)
        #expect(rule?.contains("exists_one") == true)
    }

    @Test func `metadata is a reference in documents and bare in a CustomResourceDefinition`() {
        let type = InstanceSet.resourceType
        #expect(type.openAPI(.customResource)[path: ["properties", "metadata"]] == ["type": "object"])
        #expect(type.openAPI(.customResource)["x-kubernetes-group-version-kind"].isMissing)
        let name = SharedSchemas.reference(SharedSchemas.objectMeta)
        #expect(
            type.openAPI(.document)[path: ["properties", "metadata"]]?["allOf"] == [["$ref": .string(name)]])
    }

    @Test func `components are named as Kubernetes names them`() {
        #expect(InstanceSet.resourceType.openAPIName == "dev.imm.v1alpha1.InstanceSet")
        #expect(Secret.resourceType.openAPIName == "io.k8s.api.core.v1.Secret")
        #expect(Lease.resourceType.openAPIName == "io.k8s.api.coordination.v1.Lease")
    }

    /// What an API server demands of a CustomResourceDefinition's schema ("structural").
    @Test(arguments: ResourceTypes.all) func `a schema for custom resources is structural`(type: ResourceType) {
        check(type.openAPI(.customResource), type.kind)
    }

    private func check(_ schema: JSONValue, _ place: String) {
        let isOpen = schema["x-kubernetes-preserve-unknown-fields"] == true
        if schema["x-kubernetes-int-or-string"] != true { #expect(schema["type"].isSet || isOpen, "\(place)") }
        #expect(schema["$ref"].isMissing, "\(place)")
        #expect(schema["properties"].isMissing || schema["additionalProperties"].isMissing, "\(place)")
        if let pattern = schema["pattern"]?.stringValue { #expect(!pattern.contains("(?"), "\(place): \(pattern)") }
        if schema["type"] == "array" {
            #expect(schema["items"].isSet && schema["maxItems"].isSet, "\(place)")
            for key in schema["x-kubernetes-list-map-keys"]?.arrayValue ?? [] {
                let items = schema["items"] ?? .null
                let name = key.stringValue ?? ""
                let isRequired = items["required"]?.arrayValue?.contains(key) ?? false
                let hasDefault = (items[path: ["properties", name]]?["default"]).isSet
                #expect(isRequired || hasDefault, "\(place): key \(name)")
            }
        }
        for member in schema["properties"]?.objectValue ?? JSONObject() {
            check(member.value, place + "." + member.key)
        }
        if let items = schema["items"] { check(items, place + "[]") }
        if let values = schema["additionalProperties"] { check(values, place + "{}") }
    }

    @Test func `the hash is SHA-256`() {
        // FIPS 180-2, appendix B.1.
        #expect(
            ContentHash.hexadecimal(of: Array("abc".utf8))
                == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    }
}

extension JSONValue? {
    /// No value, or null.
    fileprivate var isMissing: Bool { self.map(\.isNull) ?? true }
    fileprivate var isSet: Bool { !isMissing }
}
