import InfraAPI
import JSON
import ResourceAPI
import Testing

@testable import ImmctlCommands

@Suite struct OutputTests {
    private func fleet() async throws -> Bench {
        let bench = try await Bench()
        for (name, replicas) in [("web-10", 2), ("web-2", 7), ("db", 1)] {
            let manifest = Manifest.web(replicas: replicas).replacing(
                "name: web", with: "name: \(name)\n  labels: {app: \(name.prefix(2)), imm.dev/tier: front}")
            #expect(await bench.run("apply -f -", input: manifest).status == .success)
        }
        return bench
    }

    @Test func `jsonpath prints what the template says and nothing more`() async throws {
        let bench = try await fleet()
        #expect(
            await bench.run(["get", "iset", "-o", "jsonpath={.items[*].metadata.name}"]).output == "db web-10 web-2")
        #expect(await bench.run(["get", "iset/db", "-ojsonpath={.spec.replicas}"]).output == "1")
        let loop = #"jsonpath={range .items[?(@.spec.replicas>1)]}{.metadata.name}{"\n"}{end}"#
        #expect(await bench.run(["get", "iset", "-o", loop]).lines == ["web-10", "web-2"])
        let managers = "jsonpath={.metadata.managedFields[*].manager}"
        #expect(await bench.run(["get", "iset/db", "-o", managers]).output == "immctl")
        #expect(await bench.run(["scale", "iset/db", "--replicas=4", "-o", "jsonpath={.spec.replicas}"]).output == "4")
        let applied = await bench.run(
            ["apply", "-f", "-", "-o", "jsonpath={.metadata.name}"], input: Manifest.web())
        #expect(applied.output == "web")
    }

    @Test func `a template that cannot be read or followed is an error with a hint`() async throws {
        let bench = try await fleet()
        let bad = await bench.run(["get", "iset", "-o", "jsonpath={.items[}"])
        #expect(bad.status == .usage && bad.errors.contains("at character 8"), "\(bad.errors)")
        let beyond = await bench.run(["get", "iset", "-o", "jsonpath={.items[7].metadata.name}"])
        #expect(beyond.status == .failed && beyond.errors.contains("index 7, length 3"), "\(beyond.errors)")
        #expect(beyond.errors.contains("hint:") && beyond.output.isEmpty)
        let goTemplate = await bench.run(["get", "iset", "-o", "go-template={{.items}}"])
        #expect(goTemplate.status == .usage && goTemplate.errors.contains("jsonpath"), "\(goTemplate.errors)")
        let unknown = await bench.run("get iset -o xml")
        #expect(unknown.status == .usage && unknown.errors.contains("custom-columns"), "\(unknown.errors)")
    }

    @Test func `templates and columns come from files too`() async throws {
        let bench = try await fleet()
        let folder = try LocalFile.makeTemporaryFolder(in: "/tmp")
        defer { LocalFile.removeFolder(folder) }
        let path = "\(folder)/template"
        defer { LocalFile.remove(path) }
        try LocalFile.write(Array("{.items[0].metadata.name}!\n".utf8), to: path)
        #expect(await bench.run("get iset -o jsonpath-file=\(path)").output == "db!")
        try LocalFile.write(Array("NAME  COUNT\nmetadata.name .spec.replicas\n".utf8), to: path)
        #expect(await bench.run("get iset -o custom-columns-file=\(path)").lines[1] == "db       1")
        let missing = await bench.run("get iset -o jsonpath-file=\(path)x")
        #expect(missing.status != .success && missing.errors.contains("No such file"), "\(missing.errors)")
    }

    @Test func `custom columns print a table by paths`() async throws {
        let bench = try await fleet()
        let columns =
            "custom-columns=Name:.metadata.name,COUNT:{.spec.replicas},NONE:.spec.nothing,APP:metadata.labels['app']"
        let result = await bench.run(["get", "iset", "-o", columns])
        #expect(
            result.lines == [
                "Name     COUNT   NONE     APP", "db       1       <none>   db", "web-10   2       <none>   we",
                "web-2    7       <none>   we",
            ], "\(result.output)")
        #expect(await bench.run(["get", "iset/db", "--no-headers", "-o", columns]).lines == ["db   1   <none>   db"])
        let filter = #"custom-columns=R:.status.conditions[?(@.type=="a,b:c")].status,N:.metadata.name"#
        #expect(await bench.run(["get", "iset/db", "-o", filter]).lines == ["R        N", "<none>   db"])
        for bad in ["custom-columns=", "custom-columns=NAME", "custom-columns=NAME:", "custom-columns=N:.a[,M:.b"] {
            #expect(await bench.run(["get", "iset", "-o", bad]).status == .usage, "\(bad)")
        }
    }

    @Test func `tables are sorted, labelled and go without headers`() async throws {
        let bench = try await fleet()
        let names = "jsonpath={.items[*].metadata.name}"
        #expect(
            await bench.run(["get", "iset", "--sort-by", ".metadata.name", "-o", names]).output == "db web-2 web-10")
        #expect(
            await bench.run(["get", "iset", "--sort-by={.spec.replicas}", "-o", names]).output == "db web-10 web-2")
        let table = await bench.run("get iset --sort-by .spec.replicas --no-headers")
        #expect(table.lines.map { $0.prefix(while: { $0 != " " }) } == ["db", "web-10", "web-2"], "\(table.output)")
        #expect(await bench.run("get iset --sort-by .spec.nothing").status == .failed)
        #expect(await bench.run("get iset --sort-by .metadata.labels").status == .failed)
        #expect(await bench.run("get iset --sort-by .a[").status == .usage)
        let labels = await bench.run("get iset -L app,imm.dev/tier --show-labels")
        #expect(labels.lines[0].contains("APP") && labels.lines[0].contains("TIER    LABELS"), "\(labels.output)")
        #expect(labels.lines[1].hasSuffix("front   app=db,imm.dev/tier=front"), "\(labels.output)")
    }

    @Test func `lists are asked for in pages`() async throws {
        let bench = try await fleet()
        for size in [0, 1, 2, 500] {
            let result = await bench.run("get iset -o name --chunk-size=\(size)")
            #expect(result.lines.count == 3, "\(size): \(result.output)")
        }
        #expect(await bench.run("get iset --chunk-size=-1").status == .usage)
    }

    @Test func `raw prints the server's answer`() async throws {
        let bench = try await Bench()
        #expect(await bench.run("get --raw /readyz?verbose").output == "raw /readyz?verbose")
        #expect(await bench.run("get --raw readyz").status == .usage)
        #expect(await bench.run("get iset --raw /readyz").status == .usage)
    }

    @Test func `wait compares the value at a path`() async throws {
        let bench = try await fleet()
        async let waiting = bench.run([
            "wait", "iset/db", "--for=jsonpath={.status.availableReplicas}=3", "--timeout", "10s",
        ])
        try await bench.setStatus(of: "db", SetStatus.ready(generation: 1))
        let result = await waiting
        #expect(
            result.status == .success && result.output == "instanceset.imm.dev/db condition met\n", "\(result.errors)")
        let filter = #"jsonpath={.status.conditions[?(@.type=="Ready")].status}=True"#
        #expect(await bench.run(["wait", "iset/db", "--for", filter]).status == .success)
        #expect(await bench.run(["wait", "iset/db", "--for", "jsonpath=.spec.replicas"]).status == .success)
        let late = await bench.run(["wait", "iset/db", "--for", "jsonpath=.spec.replicas=9", "--timeout", "50ms"])
        #expect(late.status == .failed && late.errors.contains(".spec.replicas=9"), "\(late.errors)")
        let several = await bench.run(["wait", "iset/db", "--for", "jsonpath={.metadata.labels.*}=x"])
        #expect(several.status == .failed && several.errors.contains("leads to 2 values"), "\(several.errors)")
        #expect(await bench.run(["wait", "iset/new", "--for=create", "--timeout", "50ms"]).status == .failed)
        #expect(await bench.run(["wait", "iset/db", "--for=create"]).status == .success)
    }
}
