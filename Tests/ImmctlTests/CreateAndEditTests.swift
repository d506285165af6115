import Ambient
import InfraAPI
import JSON
import ResourceAPI
import Testing

@testable import ImmctlCommands

@Suite struct CreateAndReplaceTests {
    @Test func `create makes what is not there, and nothing else`() async throws {
        let bench = try await Bench()
        #expect(await bench.run("create -f -", input: Manifest.web()).output == "instanceset.imm.dev/web created\n")
        let again = await bench.run("create -f -", input: Manifest.web())
        #expect(again.status == .conflict && again.errors.contains("already exists"), "\(again.errors)")
        let generated = Manifest.web().replacing("name: web", with: "generateName: job-")
        let named = await bench.run("create -f - -o name", input: generated)
        #expect(
            named.output.hasPrefix("instanceset.imm.dev/job-") && named.output.count > 26,
            "\(named.output)\(named.errors)")
        #expect(await bench.run("apply -f -", input: generated).status == .failed)
        #expect(await bench.run("create").status == .usage)
    }

    @Test func `namespaces and secrets come from the command line`() async throws {
        let bench = try await Bench()
        #expect(await bench.run("create namespace shop").output == "namespace/shop created\n")
        #expect(await bench.run("create ns Shop").errors.contains("lowercase"))
        let secret = await bench.run(
            [
                "create", "secret", "generic", "db", "--from-literal", "user=a=b", "--from-file", "password=-", "-n",
                "shop",
            ], input: "x\n")
        #expect(secret.output == "secret/db created\n", "\(secret.errors)")
        let stored = try await bench.client.get(ObjectReference(Secret.resourceType, in: "shop", name: "db"))
        #expect(stored["data"] == ["user": "YT1i", "password": "eAo="])
        let tried = await bench.run("create secret generic t --from-literal a=b --dry-run client -o jsonpath={.data.a}")
        #expect(tried.output == "Yg==", "\(tried.errors)")
        #expect(await bench.run("get secret/t").status == .failed)
        let keyless = await bench.run("create secret generic t --from-literal hidden")
        #expect(keyless.status == .usage && !keyless.errors.contains("hidden"))
        #expect(await bench.run("create secret generic t --from-literal a=1 --from-literal a=2").status == .usage)
    }

    @Test func `replace puts the manifest in place of the object`() async throws {
        let bench = try await Bench()
        _ = await bench.run("apply -f -", input: Manifest.web(extra: "  paused: true"))
        let result = await bench.run("replace -f -", input: Manifest.web(replicas: 7))
        #expect(result.output == "instanceset.imm.dev/web replaced\n", "\(result.errors)")
        let stored = try await bench.get(InstanceSet.resourceType, "web")
        #expect(stored[path: ["spec", "replicas"]] == 7 && stored[path: ["spec", "paused"]] != true)
        let stale = Manifest.web().replacing("name: web", with: "name: web\n  resourceVersion: \"1\"")
        #expect(await bench.run("replace -f -", input: stale).status == .conflict)
        let missing = await bench.run("replace -f -", input: Manifest.web().replacing("name: web", with: "name: none"))
        #expect(missing.status == .failed && missing.errors.contains("not found"), "\(missing.errors)")
    }
}

@Suite struct EditTests {
    /// An editor that changes the text, one function a look into it.
    private func edit(
        _ bench: Bench, arguments: String = "edit iset/web", _ changes: [@Sendable (String) -> String]
    ) async -> (result: CommandResult, seen: [String], path: String) {
        let seen = Guarded<[String]>([])
        let path = Guarded("")
        bench.variables.withLock { $0["KUBE_EDITOR"] = "my-editor --wait" }
        bench.launch.withLock {
            $0.body = { words in
                #expect(words.prefix(2) == ["my-editor", "--wait"] && words.count == 3)
                let text = String(decoding: try LocalFile.contents(of: words[2], limit: 1 << 20), as: UTF8.self)
                let number = seen.withLock {
                    $0.append(text)
                    return $0.count - 1
                }
                path.withLock { $0 = words[2] }
                guard number < changes.count else { return 0 }
                try LocalFile.write(Array(changes[number](text).utf8), to: words[2])
                return 0
            }
        }
        let result = await bench.run(arguments)
        return (result, seen.withLock { $0 }, path.withLock { $0 })
    }

    private func web() async throws -> Bench {
        let bench = try await Bench()
        _ = await bench.run("apply -f -", input: Manifest.web())
        return bench
    }

    private func isThere(_ path: String) -> Bool { (try? LocalFile.contents(of: path, limit: 1 << 20)) != nil }

    @Test func `what is saved is stored, and the file goes`() async throws {
        let bench = try await web()
        let (result, seen, path) = await edit(bench, [{ $0.replacing("replicas: 3", with: "replicas: 4") }])
        #expect(result.output == "instanceset.imm.dev/web edited\n", "\(result.errors)")
        #expect(seen.count == 1 && seen[0].hasPrefix("# Edit the object below.") && !seen[0].contains("managedFields"))
        #expect(path.hasSuffix("/web.yaml") && !isThere(path))
        #expect(try await bench.get(InstanceSet.resourceType, "web")[path: ["spec", "replicas"]] == 4)
        let json = await edit(
            bench, arguments: "edit iset/web --edit-format=json",
            [{ $0.replacing("\"replicas\": 4", with: "\"replicas\": 5") }])
        #expect(json.result.status == .success, "\(json.result.errors)")
        #expect(try await bench.get(InstanceSet.resourceType, "web")[path: ["spec", "replicas"]] == 5)
    }

    @Test func `nothing saved, or nothing left, changes nothing`() async throws {
        let bench = try await web()
        let unchanged = await edit(bench, [])
        #expect(unchanged.result.status == .success && unchanged.result.errors.contains("no changes made"))
        let empty = await edit(bench, [{ _ in "# only\n\n" }])
        #expect(empty.result.status == .success && empty.result.errors.contains("empty") && !isThere(empty.path))
        let cosmetic = await edit(bench, [{ $0 + "\n\n# a comment\n" }])
        #expect(cosmetic.result.errors.contains("no changes made"), "\(cosmetic.result.errors)")
        bench.launch.withLock { $0.body = { _ in 1 } }
        let failed = await bench.run("edit iset/web")
        #expect(failed.status == .failed && failed.errors.contains("status 1") && failed.errors.contains("kept in"))
        removeKept(failed)
    }

    @Test func `what is refused is opened again with the reason, and kept when given up`() async throws {
        let bench = try await web()
        let (result, seen, _) = await edit(
            bench,
            [
                { $0.replacing("replicas: 3", with: "replicas: [") },
                { $0.replacing("replicas: [", with: "replicas: -2") },
                { $0.replacing("name: web", with: "name: other").replacing("replicas: -2", with: "replicas: 6") },
                { $0.replacing("name: other", with: "name: web") },
            ])
        #expect(result.output == "instanceset.imm.dev/web edited\n", "\(result.errors)")
        try #require(seen.count == 4)
        #expect(seen[1].contains("# error: web.yaml:") && seen[1].contains("replicas: ["), "\(seen[1])")
        #expect(seen[2].contains("spec.replicas") && !seen[2].contains("web.yaml:"), "\(seen[2])")
        #expect(seen[3].contains("metadata.name cannot be changed"))
        #expect(try await bench.get(InstanceSet.resourceType, "web")[path: ["spec", "replicas"]] == 6)
        let given = await edit(bench, [{ $0.replacing("replicas: 6", with: "replicas: -1") }])
        #expect(given.result.status == .failed && given.result.errors.contains(given.path), "\(given.result.errors)")
        #expect(isThere(given.path))
        removeKept(given.result)
    }

    @Test func `changes of others are kept, and those of the same field are shown`() async throws {
        let bench = try await web()
        let client = bench.client
        let set = ObjectReference(InstanceSet.resourceType, in: "default", name: "web")
        let elsewhere = Guarded(false)
        bench.variables.withLock { $0["EDITOR"] = "e" }
        func running(_ patch: JSONValue, _ replicas: Int) -> TestProgram {
            TestProgram(body: { words in
                let text = String(decoding: try LocalFile.contents(of: words[1], limit: 1 << 20), as: UTF8.self)
                let isFirst = elsewhere.withLock { done in
                    defer { done = true }
                    return !done
                }
                if isFirst {
                    _ = try await client.mergePatch(set, patch, nil, WriteOptions(fieldManager: "other"))
                    try LocalFile.write(
                        Array(text.replacing("replicas: 3", with: "replicas: \(replicas)").utf8), to: words[1])
                } else {
                    #expect(text.contains("somebody else changed spec.replicas"), "\(text)")
                    #expect(text.contains("replicas: \(replicas)"))
                    try LocalFile.write(Array((text + "# looked at\n").utf8), to: words[1])
                }
                return 0
            })
        }
        bench.launch.withLock { $0 = running(["metadata": ["labels": ["a": "b"]]], 9) }
        let apart = await bench.run("edit iset/web")
        #expect(apart.status == .success, "\(apart.errors)")
        var stored = try await client.get(set)
        #expect(stored[path: ["spec", "replicas"]] == 9 && stored[path: ["metadata", "labels", "a"]] == "b")
        elsewhere.withLock { $0 = false }
        _ = await bench.run("scale iset/web --replicas 3")
        bench.launch.withLock { $0 = running(["spec": ["replicas": 5]], 8) }
        let clash = await bench.run("edit iset/web")
        #expect(clash.status == .success, "\(clash.errors)")
        stored = try await client.get(set)
        #expect(stored[path: ["spec", "replicas"]] == 8)
    }

    /// Removes the file that a failed edit keeps.
    private func removeKept(_ result: CommandResult) {
        guard let line = result.errors.split(separator: "\n").first(where: { $0.contains("kept in ") }),
            let path = line.split(separator: " ").last.map(String.init)
        else { return }
        LocalFile.remove(path)
        LocalFile.removeFolder(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]))
    }

    @Test(arguments: [
        ("vi", ["vi"]), ("code --wait", ["code", "--wait"]), ("'my editor' -a \"b c\"", ["my editor", "-a", "b c"]),
        ("x ''", ["x", ""]),
    ]) func `a command line is split without a shell`(text: String, words: [String]) {
        #expect(CommandWords.split(text) == words)
        #expect(CommandWords.split(text + " 'open") == nil)
    }

    @Test func `a program is run and its status comes back`() throws {
        #expect(try ProgramLauncher.run(["true"]) == 0)
        #expect(try ProgramLauncher.run(["sh", "-c", "exit 3"]) == 3)
        #expect(try ProgramLauncher.run(["sh", "-c", "kill -9 $$"]) == 137)
        #expect(throws: CommandFailure.self) { try ProgramLauncher.run(["no-such-program-here"]) }
    }
}
