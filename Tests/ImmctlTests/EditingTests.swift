import InfraAPI
import JSON
import ResourceAPI
import Testing

@testable import ImmctlCommands

@Suite struct PatchTests {
    @Test func `merge and JSON patches change the object, from the line, a file or the input`() async throws {
        let bench = try await Bench()
        _ = await bench.run("apply -f -", input: Manifest.web())
        let merged = await bench.run(["patch", "iset/web", "-p", #"{"spec":{"replicas":5}}"#])
        #expect(merged.output == "instanceset.imm.dev/web patched\n", "\(merged.errors)")
        let again = await bench.run(["patch", "iset", "web", "--type=merge", "-p", "spec: {replicas: 5}"])
        #expect(again.output == "instanceset.imm.dev/web patched (no change)\n", "\(again.errors)")
        let operations =
            #"[{"op":"test","path":"/spec/replicas","value":5},{"op":"replace","path":"/spec/replicas","value":6}]"#
        let json = await bench.run([
            "patch", "iset/web", "--type=json", "-p", operations, "-o", "jsonpath={.spec.replicas}",
        ])
        #expect(json.output == "6", "\(json.errors)")
        let failing = await bench.run(["patch", "iset/web", "--type=json", "-p", operations])
        #expect(failing.status == .failed && failing.errors.contains("/spec/replicas"), "\(failing.errors)")
        let input = await bench.run("patch iset/web --patch-file -", input: "spec:\n  paused: true\n")
        #expect(input.status == .success)
        #expect(try await bench.get(InstanceSet.resourceType, "web")[path: ["spec", "paused"]] == true)
    }

    @Test func `subresources and dry runs`() async throws {
        let bench = try await Bench()
        _ = await bench.run("apply -f -", input: Manifest.web())
        let scale = await bench.run(["patch", "iset/web", "--subresource=scale", "-p", #"{"spec":{"replicas":8}}"#])
        #expect(scale.status == .success, "\(scale.errors)")
        for mode in ["client", "server"] {
            let tried = await bench.run([
                "patch", "iset/web", "--dry-run=\(mode)", "-p", "spec: {replicas: 1}", "-o",
                "jsonpath={.spec.replicas}",
            ])
            #expect(tried.output == "1", "\(mode): \(tried.errors)")
        }
        #expect(try await bench.get(InstanceSet.resourceType, "web")[path: ["spec", "replicas"]] == 8)
    }

    @Test func `what is no patch is refused with what to do`() async throws {
        let bench = try await Bench()
        _ = await bench.run("apply -f -", input: Manifest.web())
        for (arguments, words) in [
            (["--type=strategic", "-p", "{}"], "--type merge"), (["-p", "[]"], "--type json"),
            (["-p", "{"], "JSON or YAML"),
            (["--type=json", "-p", "{}"], "op"), (["-p", "a: 1\n---\nb: 2"], "there are 2"),
            ([], "-p or with --patch-file"),
        ] {
            let result = await bench.run(["patch", "iset/web"] + arguments)
            #expect(result.status != .success && result.errors.contains(words), "\(arguments): \(result.errors)")
        }
        let refused = await bench.run(["patch", "iset/web", "-p", "spec: {replicas: -1}"])
        #expect(refused.status == .failed && refused.errors.contains("spec.replicas"), "\(refused.errors)")
        #expect(await bench.run(["patch", "iset/none", "-p", "{}"]).errors.contains("not found"))
    }
}

@Suite struct LabelTests {
    private func bench() async throws -> Bench {
        let bench = try await Bench()
        for name in ["web", "db"] {
            _ = await bench.run(
                "apply -f -",
                input: Manifest.web().replacing("name: web", with: "name: \(name)\n  labels: {app: \(name)}"))
        }
        return bench
    }

    @Test func `labels are set, kept, overwritten and removed`() async throws {
        let bench = try await bench()
        #expect(await bench.run("label iset/web tier=front").output == "instanceset.imm.dev/web labeled\n")
        #expect(await bench.run("label iset/web tier=front").output == "instanceset.imm.dev/web not labeled\n")
        let kept = await bench.run("label iset/web tier=back")
        #expect(kept.status == .failed && kept.errors.contains("--overwrite"), "\(kept.errors)")
        #expect(await bench.run("label iset web db tier=back --overwrite").lines.count == 2)
        #expect(await bench.run("label iset/web --list").lines == ["app=web", "tier=back"])
        #expect(await bench.run("label iset -l app=db tier-").output == "instanceset.imm.dev/db unlabeled\n")
        #expect(await bench.run("label iset --all example.com/a=").lines.count == 2)
        #expect(await bench.run("get iset -l example.com/a=,tier=back -o name").lines == ["instanceset.imm.dev/web"])
        #expect(
            await bench.run("label iset/web x=1 --dry-run=server").output
                == "instanceset.imm.dev/web labeled (server dry run)\n")
        #expect(await bench.run("label iset/web x=1 --dry-run=client -o jsonpath={.metadata.labels.x}").output == "1")
        #expect(await bench.run("label iset -l x=1 --list").output.isEmpty)
    }

    @Test func `annotations likewise`() async throws {
        let bench = try await bench()
        #expect(
            await bench.run(["annotate", "iset/web", "note=a b=c"]).output == "instanceset.imm.dev/web annotated\n")
        #expect(await bench.run("annotate iset/web --list").lines == ["note=a b=c"])
        #expect(await bench.run("annotate iset/web note=x").status == .failed)
        #expect(await bench.run("annotate iset/web note-").status == .success)
        #expect(await bench.run("annotate iset/web --list").output.isEmpty)
        #expect(await bench.run("annotate -f - note=z", input: Manifest.web()).status == .success)
    }

    @Test(arguments: [
        "label iset/web", "label tier=front", "label iset/web a=1 b", "label iset/web a=1 a-", "label iset/web =1",
        "label iset a=1",
        "annotate iset/web a=1 iset/db",
    ]) func `what is no change of labels is wrong usage`(line: String) async throws {
        #expect(try await bench().run(line).status == .usage)
    }

    @Test func `what the server refuses is said, and the others go on`() async throws {
        let bench = try await bench()
        let refused = await bench.run(["label", "iset/web", "a=not a value"])
        #expect(refused.status == .failed && refused.errors.contains("metadata.labels"), "\(refused.errors)")
        let partly = await bench.run("label iset web nope db a=1")
        #expect(
            partly.status == .failed && partly.lines.count == 2 && partly.errors.contains("nope"), "\(partly.output)")
        #expect(await bench.run("label iset/web a=2 --resource-version=1 --overwrite").status == .conflict)
    }
}

@Suite struct ExplainTests {
    @Test func `a field tells its type, default and limits`() async throws {
        let bench = try await Bench()
        let result = await bench.run("explain iset.spec")
        #expect(
            result.lines.prefix(3) == ["GROUP:      imm.dev", "KIND:       InstanceSet", "VERSION:    v1alpha1"],
            "\(result.output)")
        #expect(
            result.output.contains("FIELD: spec <Object>") && result.output.contains("  replicas\t<integer>"),
            "\(result.output)")
        let replicas = await bench.run("explain instancesets.imm.dev.spec.replicas")
        #expect(
            replicas.output.contains("Default: 1") && replicas.output.contains("Limits: 0 to "), "\(replicas.output)")
        let policy = await bench.run("explain volume.spec.reclaimPolicy")
        #expect(policy.output.contains("Enum: ") && policy.output.contains("Retain"), "\(policy.output)")
        #expect(await bench.run("explain iset.spec.template.spec.env.name").output.contains("-required-"))
        #expect(await bench.run("explain secret").lines[0] == "KIND:       Secret")
        #expect(result.lines.allSatisfy { $0.count <= 80 })
    }

    @Test func `recursive lists the fields of fields`() async throws {
        let bench = try await Bench()
        let result = await bench.run("explain iset --recursive")
        #expect(
            result.lines.contains("  spec\t<Object> -required-") || result.lines.contains("  spec\t<Object>"),
            "\(result.output)")
        #expect(result.lines.contains { $0.hasPrefix("        image\t<string>") }, "\(result.output)")
        let json = try await bench.run("explain iset.spec --recursive -o json").json
        let strategy = json["fields"]?.arrayValue?.first { $0["name"] == "strategy" }
        #expect(strategy?["fields"]?.arrayValue?.isEmpty == false)
    }

    @Test func `every field of every kind is explained`() async throws {
        let bench = try await Bench()
        for type in ResourceTypes.all {
            let result = await bench.run("explain \(type.qualifiedName) --recursive")
            #expect(result.status == .success && result.lines.count > 6, "\(type)")
        }
    }

    @Test func `a field that is not there has a hint`() async throws {
        let bench = try await Bench()
        let near = await bench.run("explain iset.spec.replica")
        #expect(near.status == .usage && near.errors.contains("did you mean replicas?"), "\(near.errors)")
        let far = await bench.run("explain iset.spec.replicas.zzz")
        #expect(far.status == .usage && far.errors.contains("has no fields"), "\(far.errors)")
        #expect(await bench.run("explain nothing").status == .usage)
    }
}
