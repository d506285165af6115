import InfraAPI
import JSON
import ResourceAPI
import Testing

@testable import ImmctlCommands

@Suite struct GetTests {
    @Test func `a table is aligned and has ages`() async throws {
        let bench = try await Bench()
        _ = await bench.run("apply -f -", input: Manifest.web())
        let result = await bench.run("get instancesets")
        #expect(result.status == .success)
        try #require(result.lines.count == 2)
        #expect(result.lines[0].hasPrefix("NAME   "), "\(result.output)")
        #expect(result.lines[1].hasPrefix("web    "), "\(result.output)")
        #expect(result.lines[1].hasSuffix("0s"), "\(result.output)")
        let wide = await bench.run("get iset -o wide")
        #expect(wide.lines[0].count > result.lines[0].count)
    }

    @Test func `name, json and yaml print the object, or a list`() async throws {
        let bench = try await Bench()
        _ = await bench.run("apply -f -", input: Manifest.web())
        #expect(await bench.run("get iset/web -o name").output == "instanceset.imm.dev/web\n")
        let object = try await bench.run("get iset web -o json").json
        #expect(object["kind"] == "InstanceSet" && object.name == "web")
        #expect(object[path: ["metadata", "managedFields"]] == nil)
        let list = try await bench.run("get iset -o json").json
        #expect(list["kind"] == "List" && list["items"]?.arrayValue?.count == 1)
        let yaml = await bench.run("get iset/web -o yaml")
        #expect(yaml.lines[0] == "apiVersion: imm.dev/v1alpha1")
        #expect(yaml.lines.contains("kind: InstanceSet"))
    }

    @Test func `several kinds are several tables with the kind before the name`() async throws {
        let bench = try await Bench()
        _ = await bench.run("apply -f -", input: Manifest.web())
        let result = await bench.run("get iset,providers")
        #expect(result.output.contains("instanceset.imm.dev/web"), "\(result.output)")
        #expect(result.output.contains("\n\nNAME"))
        #expect(result.output.contains("provider.imm.dev/docker"))
        let category = await bench.run("get imm")
        #expect(category.output.contains("instanceset.imm.dev/web"))
    }

    @Test func `all namespaces get a column`() async throws {
        let bench = try await Bench()
        try await bench.create(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "shop"]])
        _ = await bench.run("apply -n shop -f -", input: Manifest.web())
        #expect(await bench.run("get iset").errors == "No resources found in namespace default.\n")
        let result = await bench.run("get iset -A")
        #expect(result.lines[0].hasPrefix("NAMESPACE   NAME"))
        #expect(result.lines[1].hasPrefix("shop        web"))
    }

    @Test func `selectors choose`() async throws {
        let bench = try await Bench()
        let labelled = Manifest.web().replacing("name: web", with: "name: web\n  labels: {app: web}")
        _ = await bench.run("apply -f -", input: labelled)
        #expect(await bench.run("get iset -l app=web -o name").lines == ["instanceset.imm.dev/web"])
        #expect(await bench.run("get iset -l app=db -o name").lines == [])
        #expect(await bench.run("get iset --field-selector metadata.name=web -o name").lines.count == 1)
        #expect(await bench.run("get iset/web -l app=web").status == .usage)
    }

    @Test func `what does not exist is named, and the rest is printed`() async throws {
        let bench = try await Bench()
        _ = await bench.run("apply -f -", input: Manifest.web())
        let result = await bench.run("get iset web nope -o name")
        #expect(result.status == .failed)
        #expect(result.lines == ["instanceset.imm.dev/web"])
        #expect(result.errors.contains("\"nope\" not found"))
        #expect(await bench.run("get iset/nope --ignore-not-found").status == .success)
    }

    @Test func `an unknown kind has a hint`() async throws {
        let bench = try await Bench()
        let result = await bench.run("get instancesett")
        #expect(result.status == .usage)
        #expect(result.errors.contains("did you mean instanceset"), "\(result.errors)")
    }

    @Test func `a watch prints the header once and goes on with changes`() async throws {
        let bench = try await Bench()
        _ = await bench.run("apply -f -", input: Manifest.web())
        let output = GrowingText()
        let query = GetQuery(
            session: bench.session(bench.client), namespace: "default", selection: ListOptions(), now: TestTime.now)
        let console = Console(output: { output.append($0) }, errors: { _ in }, input: { [] })
        let invocation = Invocation(
            console: console, environment: Environment(), surroundings: bench.surroundings,
            connect: { _ throws(CommandFailure) in throw CommandFailure(.failed, "not used") })
        let watching = Task {
            try? await query.watch(
                ResourceWords.Item(type: InstanceSet.resourceType, name: nil), as: .table, TableLayout(), invocation)
        }
        try await output.waitFor(2)
        _ = await bench.run("apply -f -", input: Manifest.web().replacing("name: web", with: "name: a-longer-name"))
        try await output.waitFor(3)
        watching.cancel()
        await watching.value
        let lines = output.lines
        try #require(lines.count == 3)
        #expect(lines[0].hasPrefix("NAME"))
        #expect(lines[1].hasPrefix("web "))
        #expect(lines[2].hasPrefix("a-longer-name "))
    }
}

@Suite struct DeleteAndWaitTests {
    @Test func `delete by name and by file`() async throws {
        let bench = try await Bench()
        _ = await bench.run("apply -f -", input: Manifest.web())
        let result = await bench.run("delete iset/web")
        #expect(result.output == "instanceset.imm.dev/web deleted\n", "\(result.errors)")
        #expect(result.status == .success)
        _ = await bench.run("apply -f -", input: Manifest.web())
        #expect(await bench.run("delete -f -", input: Manifest.web()).status == .success)
        let gone = await bench.run("delete -f -", input: Manifest.web())
        #expect(gone.status == .failed)
        #expect(gone.errors.contains("not found"))
        #expect(await bench.run("delete --ignore-not-found iset/web").status == .success)
    }

    @Test func `delete waits for finalizers, and says what it waits for`() async throws {
        let bench = try await Bench()
        let held = Manifest.web().replacing("name: web", with: "name: web\n  finalizers: [example.com/hold]")
        #expect(await bench.run("apply -f -", input: held).status == .success)
        let late = await bench.run("delete iset/web --timeout 150ms")
        #expect(late.status == .failed)
        #expect(late.errors.contains("example.com/hold"), "\(late.errors)")
        async let deletion = bench.run("delete iset/web --timeout 10s")
        try await Task.sleep(for: .milliseconds(50))
        _ = try await bench.client.mergePatch(
            ObjectReference(InstanceSet.resourceType, in: "default", name: "web"), ["metadata": ["finalizers": .null]],
            nil, WriteOptions(fieldManager: "test"))
        let result = await deletion
        #expect(result.status == .success, "\(result.errors)")
    }

    @Test func `delete without wait leaves the finalizer to others`() async throws {
        let bench = try await Bench()
        let held = Manifest.web().replacing("name: web", with: "name: web\n  finalizers: [example.com/hold]")
        _ = await bench.run("apply -f -", input: held)
        #expect(await bench.run("delete iset/web --wait=false --cascade=orphan").status == .success)
        let finalizers = try await bench.get(InstanceSet.resourceType, "web")[path: ["metadata", "finalizers"]]
        #expect(finalizers?.arrayValue?.contains("orphan") == true)
    }

    @Test func `whole kinds are deleted only when that is said`() async throws {
        let bench = try await Bench()
        _ = await bench.run("apply -f -", input: Manifest.web())
        #expect(await bench.run("delete iset").status == .usage)
        #expect(await bench.run("delete iset --all").status == .success)
        #expect(await bench.run("get iset -o name").output == "")
    }

    @Test func `wait ends when the condition comes`() async throws {
        let bench = try await Bench()
        _ = await bench.run("apply -f -", input: Manifest.web())
        let late = await bench.run("wait iset/web --for=condition=Ready --timeout 100ms")
        #expect(late.status == .failed)
        #expect(late.errors.contains("timed out"))
        async let waiting = bench.run("wait iset/web --for=condition=Ready --timeout 10s")
        try await Task.sleep(for: .milliseconds(50))
        try await bench.setStatus(of: "web", SetStatus.ready(generation: 1))
        let result = await waiting
        #expect(result.status == .success, "\(result.errors)")
        #expect(result.output == "instanceset.imm.dev/web condition met\n")
        #expect(await bench.run("wait iset/web --for=condition=Ready=False --timeout 100ms").status == .failed)
    }

    @Test func `a condition about an older generation does not count`() async throws {
        let bench = try await Bench()
        _ = await bench.run("apply -f -", input: Manifest.web())
        try await bench.setStatus(of: "web", SetStatus.ready(generation: 1))
        _ = await bench.run("apply -f -", input: Manifest.web(image: "registry/web:2"))
        #expect(await bench.run("wait iset/web --for=condition=Ready --timeout 100ms").status == .failed)
    }

    @Test func `wait for deletion`() async throws {
        let bench = try await Bench()
        _ = await bench.run("apply -f -", input: Manifest.web())
        async let waiting = bench.run("wait iset/web --for=delete --timeout 10s")
        try await Task.sleep(for: .milliseconds(50))
        _ = await bench.run("delete iset/web")
        let result = await waiting
        #expect(result.output == "instanceset.imm.dev/web deleted\n", "\(result.errors)")
        #expect(await bench.run("wait iset/web --for=delete").status == .success)
        #expect(await bench.run("wait iset/web --for=condition=Ready").status == .failed)
    }

    @Test(arguments: ["condition", "condition=", "condition=Ready=", "deleted", "jsonpath=", "jsonpath={.spec"])
    func `a goal that is none is wrong usage`(goal: String) async throws {
        let bench = try await Bench()
        #expect(await bench.run("wait iset/web --for=\(goal)").status == .usage)
    }
}

@Suite struct ScaleTests {
    @Test func `scale sets replicas`() async throws {
        let bench = try await Bench()
        _ = await bench.run("apply -f -", input: Manifest.web())
        let result = await bench.run("scale iset/web --replicas 5")
        #expect(result.output == "instanceset.imm.dev/web scaled\n", "\(result.errors)")
        #expect(try await bench.get(InstanceSet.resourceType, "web")[path: ["spec", "replicas"]] == 5)
        let json = try await bench.run("scale iset/web --replicas 4 -o json").json
        #expect(json[path: ["spec", "replicas"]] == 4)
    }

    @Test func `a stale current number is a conflict`() async throws {
        let bench = try await Bench()
        _ = await bench.run("apply -f -", input: Manifest.web())
        let result = await bench.run("scale iset/web --current-replicas 2 --replicas 5")
        #expect(result.status == .conflict)
        #expect(try await bench.get(InstanceSet.resourceType, "web")[path: ["spec", "replicas"]] == 3)
        #expect(await bench.run("scale iset/web --current-replicas 3 --replicas 5").status == .success)
    }

    @Test func `what cannot be scaled is wrong usage`() async throws {
        let bench = try await Bench()
        #expect(await bench.run("scale provider/docker --replicas 5").status == .usage)
        #expect(await bench.run("scale iset/web --replicas -1").status == .usage)
    }
}
