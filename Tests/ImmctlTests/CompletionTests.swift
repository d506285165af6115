import Ambient
import ClusterCredentials
import InfraAPI
import JSON
import Testing

@testable import ImmctlCommands

#if canImport(Glibc)
    import Glibc
#endif

@Suite struct CompletionTests {
    private func fleet() async throws -> Bench {
        let bench = try await Bench()
        try await bench.create(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "shop"]])
        for name in ["web", "worker", "db"] {
            _ = await bench.run("apply -f -", input: Manifest.web().replacing("name: web", with: "name: \(name)"))
        }
        for name in ["fleet", "front"] { try await bench.create(Sources.source(name)) }
        _ = await bench.run("apply -n shop -f -", input: Manifest.web().replacing("name: web", with: "name: till"))
        return bench
    }

    private func complete(_ bench: Bench, _ words: [String]) async -> (words: [String], directive: String) {
        let lines = await bench.run(["__complete"] + words).lines
        return (lines.dropLast().map { String($0.prefix { $0 != "\t" }) }, lines.last ?? "")
    }

    @Test(arguments: [
        (["ge"], ["get"], ":4"), (["rollout", ""], ["status", "history", "undo", "retry", "restart"], ":4"),
        (["get", "instances"], ["instances", "instancesets"], ":4"),
        (["get", "iset", "w"], ["web", "worker"], ":4"), (["get", "iset", "web", "w"], ["worker"], ":4"),
        (["describe", "iset/d"], ["iset/db"], ":4"),
        (["get", "iset", "-n", "shop", ""], ["till"], ":4"), (["get", "iset", "--namespace=shop", ""], ["till"], ":4"),
        (["get", "-n", ""], ["default", "shop"], ":4"), (["get", "--namespace=sh"], ["--namespace=shop"], ":4"),
        (["get", "iset", "-o", "js"], ["json", "jsonpath="], ":6"),
        (["rollout", "status", "w"], ["web", "worker"], ":4"), (["apply", "-f", ""], [], ":0"),
        (["completion", ""], ["bash", "zsh", "fish"], ":4"),
        (["get", "--no-h"], ["--no-headers"], ":4"), (["get", "nonsense", ""], [], ":4"),
        (["create", "secret", ""], ["generic"], ":4"),
        (["gitops", "s"], ["status", "sync", "suspend"], ":4"),
        (["gitops", "diff", "f"], ["fleet", "front"], ":4"),
        (["gitops", "sync", "fleet", ""], ["front"], ":4"),
        (["gitops", "sync", "gitsource/fl"], ["gitsource/fleet"], ":4"),
        (["apply", "--dry-run", "s"], ["server"], ":4"),
        (["patch", "iset/web", "--type="], ["--type=merge", "--type=json", "--type=strategic"], ":4"),
    ]) func `a word is completed by what may stand there`(words: [String], expected: [String], directive: String)
        async throws
    {
        let answer = await complete(try await fleet(), words)
        #expect(answer.words == expected && answer.directive == directive, "\(answer)")
    }

    @Test func `without a server there are no names and no noise`() async throws {
        let bench = try await Bench()
        let result = await bench.run(["__complete", "get", "iset", ""], client: UnreachableClient())
        #expect(result.status == .success && result.output == ":4\n" && result.errors.isEmpty)
        #expect(await bench.run(["__complete"]).status == .success)
        #expect(await bench.run(["__complete", "--", "-", "=", "get"]).status == .success)
    }

    @Test func `names come from the server that --kubeconfig and --context name`() async throws {
        var template = Array("/tmp/imm-ctl-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        let directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let path = directory + "/config"
        defer {
            unlink(path)
            rmdir(directory)
        }
        var config = Kubeconfig.empty
        for (name, namespace) in [("near", "default"), ("far", "shop")] {
            try config.add(
                Kubeconfig.Entry(
                    name: name, server: "https://\(name):7443", authorityPEM: "ca", identity: .token("t"),
                    namespace: namespace))
        }
        try config.use(context: "near")
        try KubeconfigFile(path: path).write(config)
        let bench = try await fleet()
        let words = ["get", "iset", "--kubeconfig", path]
        #expect(await complete(bench, words + ["w"]).words == ["web", "worker"])
        #expect(await complete(bench, words + ["--context=far", ""]).words == ["till"])
        #expect(bench.addresses.withLock { $0.suffix(2) } == ["https://near:7443", "https://far:7443"])
    }

    @Test func `as kubectl's plugin it says kubectl imm`() async throws {
        let bench = try await fleet()
        #expect(Program(startedAs: "/usr/local/bin/kubectl-imm") == .kubectlPlugin)
        #expect(Program(startedAs: "kubectl_complete-imm") == .kubectlCompletion)
        #expect(Program(startedAs: "./immctl") == .immctl && Program(startedAs: "") == .immctl)
        bench.program.withLock { $0 = .kubectlPlugin }
        let help = await bench.run("get --help").output
        #expect(
            help.contains("USAGE: kubectl imm get") && help.contains("  kubectl imm get iset/web -o yaml"), "\(help)")
        #expect(!help.contains("immctl get"))
        let hint = await bench.run("rollout status web --timeout 30ms --socket /here")
        #expect(hint.errors.contains("`kubectl imm describe instanceset/web`"), "\(hint.errors)")
        #expect(await bench.run("get iset/web -o name --socket /here").output == "instanceset.imm.dev/web\n")
        bench.program.withLock { $0 = .kubectlCompletion }
        #expect(await bench.run(["get", "--socket", "/here", "iset", "d"]).output == "db\n:4\n")
    }

    @Test func `the bash script hands over the words and takes the answer`() async throws {
        let folder = try LocalFile.makeTemporaryFolder(in: "/tmp")
        let (script, output) = ("\(folder)/script", "\(folder)/output")
        defer {
            for file in [script, output] { LocalFile.remove(file) }
            LocalFile.removeFolder(folder)
        }
        let test = """
            immctl() { printf 'asked:%s\\n' "$(printf '<%s>' "${@:2}")" >>\(output); printf -- '--output=json\\twhat\\n--output=name\\n:4\\n'; }
            for COMP_LINE in 'immctl get iset --output=' 'immctl get '; do
                COMP_POINT=${#COMP_LINE}; _immctl; printf '%s\\n' "${COMPREPLY[@]}" >>\(output)
            done
            """
        try LocalFile.write(Array((CompletionScripts.bash + "\n" + test).utf8), to: script)
        #expect(try ProgramLauncher.run(["bash", script]) == 0)
        let text = String(decoding: try LocalFile.contents(of: output, limit: 1 << 16), as: UTF8.self)
        #expect(
            text.split(separator: "\n") == [
                "asked:<get><iset><--output=>", "json", "name", "asked:<get><>", "--output=json", "--output=name",
            ], "\(text)")
    }
}
