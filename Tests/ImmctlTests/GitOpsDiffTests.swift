import Ambient
import Foundation
import InfraAPI
import JSON
import ResourceAPI
import Testing

@testable import ImmctlCommands

@Suite struct GitOpsDiffTests {
    /// A checkout in a directory of its own.
    private func withCheckout(
        _ files: [String: String], _ body: (String) async throws -> Void
    ) async throws {
        let root = FileManager.default.temporaryDirectory.appending(path: "imm-checkout-\(UUID())").path()
        defer { try? FileManager.default.removeItem(atPath: root) }
        for (name, text) in files {
            let path = "\(root)/\(name)"
            try FileManager.default.createDirectory(
                atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
            try text.write(toFile: path, atomically: true, encoding: .utf8)
        }
        try await body(root)
    }

    /// Applies a set as the source does; its entry in the inventory.
    private func apply(_ bench: Bench, _ name: String, replicas: Int) async throws -> InventoryEntry {
        let stored = try await bench.client.apply(
            [
                "apiVersion": "imm.dev/v1alpha1", "kind": "InstanceSet",
                "metadata": ["name": .string(name), "namespace": "default"],
                "spec": [
                    "replicas": .int(Int64(replicas)), "template": ["spec": ["image": "registry/web:1"]],
                ],
            ], WriteOptions(fieldManager: "imm-gitops-fleet"))
        return Sources.entry(name, uid: stored.uid)
    }

    @Test func `a checkout is read as the source reads it, and compared by its field manager`() async throws {
        let bench = try await Bench()
        let entries = [
            try await apply(bench, "web", replicas: 3), try await apply(bench, "db", replicas: 1),
            try await apply(bench, "kept", replicas: 1),
        ]
        _ = try await bench.client.mergePatch(
            ObjectReference(InstanceSet.resourceType, namespace: "default", name: "kept"),
            ["metadata": ["annotations": [GitSource.pruneAnnotation: "Keep"]]], nil, WriteOptions(fieldManager: "me"))
        try await bench.create(
            Sources.source { source in
                source.spec.path = "prod"
                source.status.inventory = entries
            })
        let files = ["prod/web.yaml": Manifest.web(replicas: 5), "elsewhere/x.yaml": "broken: ["]
        try await withCheckout(files) { root in
            let result = await bench.run(["gitops", "diff", "fleet", "--path", root])
            #expect(result.status == .differences, "\(result.errors)")
            #expect(result.lines.contains("-  replicas: 3") && result.lines.contains("+  replicas: 5"))
            #expect(result.lines.contains("instanceset.imm.dev/db in default would be pruned"))
            #expect(result.lines.contains("instanceset.imm.dev/kept in default would be let go of, and stay"))
            let json = try await bench.run(["gitops", "diff", "fleet", "--path", root + "/", "-o", "json"]).json
            #expect(json["items"]?.arrayValue?.map { $0["change"] } == ["configured", "pruned", "released"])
            let stored = try await bench.get(InstanceSet.resourceType, "web")
            #expect(stored["spec"]?["replicas"] == 3, "nothing is changed")
            #expect(await bench.run(["gitops", "diff", "fleet", "--path", root + "/prod"]).status == .trouble)
        }
    }

    @Test func `a field that somebody else owns is told, and the rest is shown all the same`() async throws {
        let bench = try await Bench()
        let web = try await apply(bench, "web", replicas: 3)
        _ = try await bench.client.mergePatch(
            ObjectReference(InstanceSet.resourceType, namespace: "default", name: "web"), ["spec": ["replicas": 7]],
            nil, WriteOptions(fieldManager: "kubectl-edit"))
        try await bench.create(Sources.source { $0.status.inventory = [web] })
        let result = await bench.run("gitops diff fleet --path -", input: Manifest.web())
        #expect(result.status == .differences)
        #expect(result.lines.contains("-  replicas: 7") && result.lines.contains("+  replicas: 3"))
        #expect(result.errors.hasPrefix("warning: <stdin>:1:1: instanceset.imm.dev/web: "), "\(result.errors)")
        #expect(result.errors.contains("kubectl-edit"))
    }

    @Test func `manifests of a kustomization come from the standard input`() async throws {
        let bench = try await Bench()
        let web = try await apply(bench, "web", replicas: 3)
        try await bench.create(Sources.source { $0.status.inventory = [web] })
        let same = await bench.run("gitops diff fleet --path -", input: Manifest.web())
        #expect(same.status == .success && same.output.isEmpty, "\(same.output)\(same.errors)")
        try await withCheckout(["kustomization.yaml": "resources: []", "web.yaml": Manifest.web()]) { root in
            let result = await bench.run(["gitops", "diff", "fleet", "--path", root])
            #expect(result.status == .trouble && result.errors.contains("kubectl kustomize"))
        }
        let broken = await bench.run("gitops diff fleet --path -", input: "kind: Nothing")
        #expect(broken.status == .trouble)
    }

    @Test func `without a checkout it tells what is gone, and which fields others set`() async throws {
        let bench = try await Bench()
        let web = try await apply(bench, "web", replicas: 3)
        let db = try await apply(bench, "db", replicas: 1)
        try await bench.create(
            Sources.source { $0.status.inventory = [web, Sources.entry("gone"), Sources.entry("db", uid: "older")] })
        _ = db
        let reference = ObjectReference(InstanceSet.resourceType, namespace: "default", name: "web")
        _ = try await bench.client.mergePatch(
            reference, ["status": ["replicas": 3]], .status, WriteOptions(fieldManager: "controller"))
        _ = try await bench.client.mergePatch(
            reference,
            [
                "spec": ["replicas": 7, "template": ["spec": ["env": [["name": "A", "value": "b"]]]]],
                "metadata": ["annotations": ["team.example/note": "x"]],
            ], nil, WriteOptions(fieldManager: "kubectl-edit"))
        let result = await bench.run("gitops diff fleet")
        #expect(result.status == .differences)
        for text in [
            "spec.replicas", "spec.template.spec.env[name=A].value", "metadata.annotations[team.example/note]",
            "kubectl-edit set it", "instanceset.imm.dev/gone", "it is gone: the next sync makes it again",
            "it is another object of this name",
        ] {
            #expect(result.output.contains(text), "\(text) in \(result.output)")
        }
        #expect(!result.output.contains("controller") && !result.output.contains("status"))
        let json = try await bench.run("gitops diff fleet -o json").json
        #expect(json["items"]?.arrayValue?.contains { $0["field"] == "spec.replicas" } == true)
    }

    @Test func `nothing to tell is success`() async throws {
        let bench = try await Bench()
        let web = try await apply(bench, "web", replicas: 3)
        try await bench.create(Sources.source { $0.status.inventory = [web] })
        let result = await bench.run("gitops diff fleet")
        #expect(result.status == .success && result.output.isEmpty, "\(result.output)")
        #expect(await bench.run("gitops diff nothing").status == .trouble)
    }
}
