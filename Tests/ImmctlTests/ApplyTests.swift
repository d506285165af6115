import Foundation
import InfraAPI
import JSON
import ResourceAPI
import Testing

@testable import ImmctlCommands

@Suite struct ApplyTests {
    @Test func `apply says created, then unchanged, then configured`() async throws {
        let bench = try await Bench()
        let first = await bench.run("apply -f -", input: Manifest.web())
        #expect(first.output == "instanceset.imm.dev/web created (serverside)\n")
        #expect(first.errors == "")
        #expect(first.status == .success)
        let second = await bench.run("apply -f -", input: Manifest.web())
        #expect(second.output == "instanceset.imm.dev/web unchanged (serverside)\n")
        let third = await bench.run("apply -f -", input: Manifest.web(image: "registry/web:2"))
        #expect(third.output == "instanceset.imm.dev/web configured (serverside)\n")
        let stored = try await bench.get(InstanceSet.resourceType, "web")
        #expect(stored[path: ["spec", "template", "spec", "image"]] == "registry/web:2")
    }

    @Test func `a flaw in one document names its place, and nothing is applied`() async throws {
        let bench = try await Bench()
        let bad = Manifest.web().replacing("name: web", with: "name: db").replacing("replicas:", with: "replcas:")
        let result = await bench.run("apply -f -", input: Manifest.web() + "\n---\n" + bad)
        #expect(result.status == .failed)
        #expect(result.output == "")
        #expect(result.errors.contains("<stdin>:17:3: "), "\(result.errors)")
        #expect(result.errors.contains("did you mean"), "\(result.errors)")
        let listed = await bench.run("get iset -o name")
        #expect(listed.output == "")
    }

    @Test func `all flaws of all documents are named at once`() async throws {
        let bench = try await Bench()
        let result = await bench.run(
            "apply -f -", input: Manifest.web(replicas: -1) + "\n---\napiVersion: imm.dev/v1alpha1\nkind: InstanceSt\n")
        #expect(result.errors.contains("<stdin>:6:3: spec.replicas"), "\(result.errors)")
        #expect(result.errors.contains("<stdin>:13:1: unknown kind"), "\(result.errors)")
    }

    @Test func `a refusal of the server names the place in the manifest, and nothing is applied`() async throws {
        let bench = try await Bench()
        _ = await bench.run("apply -f -", input: Manifest.web(extra: "  provider: docker"))
        let other = Manifest.web().replacing("name: web", with: "name: db")
        let result = await bench.run(
            "apply -f -", input: other + "\n---\n" + Manifest.web(extra: "  provider: elsewhere"))
        #expect(result.status == .failed)
        #expect(result.errors.contains("<stdin>:21:3: instanceset.imm.dev/web: spec.provider"), "\(result.errors)")
        #expect(result.errors.contains("nothing was applied"))
        #expect(await bench.run("get iset -o name").output == "instanceset.imm.dev/web\n")
    }

    @Test func `the dry runs change nothing`() async throws {
        let bench = try await Bench()
        let client = await bench.run("apply -f - --dry-run=client", input: Manifest.web())
        #expect(client.output == "instanceset.imm.dev/web valid (dry run)\n")
        let server = await bench.run("apply -f - --dry-run=server", input: Manifest.web())
        #expect(server.output == "instanceset.imm.dev/web created (server dry run)\n")
        #expect(await bench.run("get iset -o name").output == "")
        _ = await bench.run("apply -f -", input: Manifest.web())
        let same = await bench.run("apply -f - --dry-run=server", input: Manifest.web())
        #expect(same.output == "instanceset.imm.dev/web unchanged (server dry run)\n")
        let changed = await bench.run("apply -f - --dry-run=server", input: Manifest.web(image: "registry/web:2"))
        #expect(changed.output == "instanceset.imm.dev/web configured (server dry run)\n")
    }

    @Test func `fields that somebody else manages are a conflict, unless they are taken over`() async throws {
        let bench = try await Bench()
        var object = InstanceSet()
        object.metadata.name = "web"
        object.metadata.namespace = "default"
        object.spec.template.spec.image = "registry/web:9"
        _ = try await bench.client.apply(
            [
                "apiVersion": "imm.dev/v1alpha1", "kind": "InstanceSet",
                "metadata": ["name": "web", "namespace": "default"],
                "spec": ["template": ["spec": ["image": "registry/web:9"]]],
            ], WriteOptions(fieldManager: "somebody"))
        let refused = await bench.run("apply -f -", input: Manifest.web())
        #expect(refused.status == .conflict)
        #expect(refused.errors.contains("<stdin>:9:7: "), "\(refused.errors)")
        #expect(refused.errors.contains("--force-conflicts"), "\(refused.errors)")
        let forced = await bench.run("apply -f - --force-conflicts", input: Manifest.web())
        #expect(forced.status == .success, "\(forced.errors)")
    }

    @Test func `what immctl changed by itself since is no conflict`() async throws {
        let bench = try await Bench()
        _ = await bench.run("apply -f -", input: Manifest.web())
        #expect(await bench.run("scale iset/web --replicas 7").status == .success)
        let result = await bench.run("apply -f -", input: Manifest.web())
        #expect(result.output == "instanceset.imm.dev/web configured (serverside)\n", "\(result.errors)")
        #expect(try await bench.get(InstanceSet.resourceType, "web")[path: ["spec", "replicas"]] == 3)
    }

    @Test func `a namespace and what stands in it go together, whatever their order`() async throws {
        let bench = try await Bench()
        let manifest =
            Manifest.web().replacing("name: web", with: "name: web\n  namespace: shop")
            + "\n---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n"
        let result = await bench.run("apply -f -", input: manifest)
        #expect(
            result.output == "namespace/shop created (serverside)\ninstanceset.imm.dev/web created (serverside)\n",
            "\(result.errors)")
    }

    @Test func `a manifest's namespace and -n must agree`() async throws {
        let bench = try await Bench()
        let manifest = Manifest.web().replacing("name: web", with: "name: web\n  namespace: shop")
        let result = await bench.run("apply -n default -f -", input: manifest)
        #expect(result.status == .failed)
        #expect(result.errors.contains("<stdin>:5:3: the manifest names namespace shop"), "\(result.errors)")
    }

    @Test func `a folder is read in the order of names, and folders in it with -R`() async throws {
        let bench = try await Bench()
        let folder = FileManager.default.temporaryDirectory.appending(path: "immctl-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try FileManager.default.createDirectory(at: folder.appending(path: "in"), withIntermediateDirectories: true)
        for (file, name) in [("b.yaml", "b"), ("a.yml", "a"), ("in/c.yaml", "c"), ("note.txt", "d")] {
            try Manifest.web().replacing("name: web", with: "name: \(name)")
                .write(to: folder.appending(path: file), atomically: true, encoding: .utf8)
        }
        let flat = await bench.run(["apply", "-o", "name", "-f", folder.path])
        #expect(flat.lines == ["instanceset.imm.dev/a", "instanceset.imm.dev/b"], "\(flat.errors)")
        let deep = await bench.run(["apply", "-R", "-o", "name", "-f", folder.path])
        #expect(deep.lines == ["instanceset.imm.dev/a", "instanceset.imm.dev/b", "instanceset.imm.dev/c"])
        let missing = await bench.run(["apply", "-f", folder.appending(path: "no.yaml").path])
        #expect(missing.status == .failed)
        #expect(missing.errors.contains("no.yaml"))
    }

    @Test func `-o json prints the stored object`() async throws {
        let bench = try await Bench()
        let result = await bench.run("apply -o json -f -", input: Manifest.web())
        #expect(try result.json["kind"] == "InstanceSet")
        #expect(try result.json.uid != "")
        #expect(try result.json[path: ["metadata", "managedFields"]] == nil)
    }

    @Test(arguments: [
        ("spec.template.spec.env[0].name", "spec.template.spec.env[0].name"),
        (".spec.replicas", "spec.replicas"), ("metadata.labels[imm.dev/set]", "metadata.labels[imm.dev/set]"),
        (#".spec.template.spec.env[name="A"].value"#, "spec.template.spec.env"), ("", ""),
    ])
    func `printed paths are read back`(text: String, path: String) {
        #expect(FieldPath(printed: text).description == path)
    }
}
