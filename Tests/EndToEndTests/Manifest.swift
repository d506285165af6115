import APIClient
import Ambient
import DockerEngine
import HTTPTransport
import InfraAPI
import JSON
import ResourceAPI

/// An InstanceSet as a user writes it.
struct Manifest: Sendable {
    var name = "web"
    var image: String
    var replicas = 3
    var command: [String] = []
    var environment: [(name: String, value: String)] = []
    var network = "none"
    /// Claims, each mounted at /<name>.
    var claims: [String] = []
    var snapshotsBeforeReplace = false
    var strategy: JSONValue?
    /// Further fields of `template.spec`, and of `spec`.
    var template: JSONValue = [:]
    var spec: JSONValue = [:]

    init(_ image: String) { self.image = image }

    /// Three instances that write on a volume each.
    static func writers(_ image: String, name: String = "db", replicas: Int = 3) -> Manifest {
        var manifest = Manifest(image)
        manifest.name = name
        manifest.replicas = replicas
        manifest.command = ["/bin/writer"]
        manifest.claims = ["data"]
        return manifest
    }

    var json: JSONValue {
        var template = template
        template["image"] = .string(image)
        template["network"] = .string(network)
        template["terminationGracePeriodSeconds"] = template["terminationGracePeriodSeconds"] ?? 5
        if !command.isEmpty { template["command"] = .array(command.map { .string($0) }) }
        if !environment.isEmpty {
            template["env"] = .array(environment.map { ["name": .string($0.name), "value": .string($0.value)] })
        }
        var spec = spec
        spec["replicas"] = .int(Int64(replicas))
        if !claims.isEmpty {
            template["volumeMounts"] = .array(
                claims.map { ["name": .string($0), "mountPath": .string("/\($0)")] })
            spec["volumeClaimTemplates"] = .array(
                claims.map {
                    [
                        "name": .string($0),
                        "spec": ["size": "16Mi", "snapshotBeforeReplace": .bool(snapshotsBeforeReplace)],
                    ]
                })
        }
        if let strategy { spec["strategy"] = strategy }
        spec["template"] = ["metadata": ["labels": ["app": .string(name)]], "spec": template]
        return [
            "apiVersion": "imm.dev/v1alpha1", "kind": "InstanceSet",
            "metadata": ["name": .string(name), "namespace": "default"], "spec": spec,
        ]
    }
}

extension Bed {
    /// Server-side apply, as immctl does it.
    @discardableResult
    func apply(_ manifest: Manifest) async throws -> InstanceSet {
        var json = manifest.json
        json[path: ["metadata", "namespace"]] = .string(namespace)
        if let provider, json["spec"]?["provider"] == nil { json[path: ["spec", "provider"]] = .string(provider) }
        return try InstanceSet(
            json: try await client.apply(json, WriteOptions(fieldManager: "immctl", force: true)))
    }

    @discardableResult
    func patch(_ set: String, _ patch: JSONValue) async throws -> InstanceSet {
        let reference = ObjectReference(InstanceSet.resourceType, namespace: namespace, name: set)
        return try InstanceSet(
            json: try await client.mergePatch(reference, patch, nil, WriteOptions(fieldManager: "end-to-end")))
    }

    func delete(set: String) async throws {
        let reference = ObjectReference(InstanceSet.resourceType, namespace: namespace, name: set)
        _ = try await client.delete(reference, DeleteOptions(propagation: .background))
    }
}
