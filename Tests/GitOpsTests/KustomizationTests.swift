import Ambient
import GitClient
import Glibc
import Simulation
import Testing

@testable import GitOps

@Suite struct `Kustomizations` {
    private static func file(_ path: String, _ text: String) -> GitFile { GitFile(path: path, bytes: Array(text.utf8)) }

    struct Row: Sendable, CustomTestStringConvertible {
        let name: String
        /// Of app/kustomization.yaml.
        let text: String
        var more: [GitFile] = []
        /// nil: it is let through.
        let refusal: String?
        var testDescription: String { name }
    }

    static let rows: [Row] = [
        Row(
            name: "files beside it", text: "resources: [web.yaml]\nnamePrefix: x-\nimages: [{name: app, newTag: v2}]",
            refusal: nil),
        Row(
            name: "a base of the same commit", text: "resources: [../base]\ncomponents: [../base]",
            more: [file("base/kustomization.yml", "resources: [a.yaml]"), file("base/a.yaml", "")], refusal: nil),
        Row(
            name: "a base that names something else", text: "resources: [../base]",
            more: [file("base/kustomization.yml", "resources: [b.yaml]"), file("base/a.yaml", "")],
            refusal: #"base/kustomization.yml:1:13: resources names "b.yaml""#),
        Row(
            name: "bases that name each other", text: "resources: [../base]",
            more: [file("base/kustomization.yaml", "resources: [../app]")], refusal: nil),
        Row(
            name: "a URL", text: "resources: [\"https://example.org/a.yaml\"]",
            refusal: "nothing is fetched from elsewhere"),
        Row(
            name: "a repository", text: "resources: [\"github.com/o/r//base?ref=v1\"]",
            refusal: "nothing is fetched from elsewhere"),
        Row(
            name: "a directory with the name of a repository", text: "resources:\n- github.com/o/r",
            more: [file("app/github.com/o/r/kustomization.yaml", "resources: []")],
            refusal: "app/kustomization.yaml:2:3: resources names"),
        Row(
            name: "a place in a list of a list",
            text: "secretGenerator:\n- name: s\n  envs:\n  - web.yaml\n  - /etc/x\n",
            refusal: "app/kustomization.yaml:5:5: secretGenerator names"),
        Row(name: "a repository by ssh", text: "bases: [\"git@example.org:o/r.git\"]", refusal: "bases names"),
        Row(name: "a way out", text: "resources: [../../etc/passwd]", refusal: "resources names"),
        Row(name: "an absolute path", text: "resources: [/etc/passwd]", refusal: "resources names"),
        Row(name: "a way out and back", text: "resources: [../../app/web.yaml]", refusal: "resources names"),
        Row(
            name: "a patch by a URL", text: "patches: [{path: \"http://169.254.169.254/x\"}]", refusal: "patches names"),
        Row(name: "a patch in a file", text: "patches: [{path: web.yaml}]", refusal: nil),
        Row(
            name: "a patch as it is", text: "patchesStrategicMerge:\n- |\n  kind: InstanceSet\n  metadata: {name: a}\n",
            refusal: nil),
        Row(
            name: "a patch by name", text: "patchesStrategicMerge: [\"http://example.org\"]",
            refusal: "patchesStrategicMerge names"),
        Row(
            name: "a secret of a file, and of words",
            text: "secretGenerator: [{name: s, files: [key=web.yaml], literals: [u=https://a]}]",
            refusal: nil),
        Row(
            name: "a secret of a file of the host", text: "secretGenerator: [{name: s, files: [key=/etc/shadow]}]",
            refusal: "secretGenerator names"),
        Row(
            name: "an environment by a URL", text: "configMapGenerator: [{name: c, envs: [\"http://x/y\"]}]",
            refusal: "names"),
        Row(
            name: "charts", text: "helmCharts: [{name: c, repo: \"https://example.org\"}]",
            refusal: "the field helmCharts is not allowed"),
        Row(name: "plug-ins", text: "transformers: [web.yaml]", refusal: "the field transformers is not allowed"),
        Row(
            name: "a schema", text: "openapi: {path: \"https://example.org\"}",
            refusal: "the field openapi is not allowed"),
        Row(name: "no mapping", text: "- a", refusal: "a kustomization is a mapping"),
        Row(name: "broken YAML", text: "resources: [", refusal: "app/kustomization.yaml:"),
    ]

    @Test(arguments: rows) func `name nothing but files of their commit`(_ row: Row) {
        let files = [Self.file("app/kustomization.yaml", row.text), Self.file("app/web.yaml", "")] + row.more
        do throws(SyncProblem) {
            try KustomizationCheck(files).check("app")
            #expect(row.refusal == nil)
        } catch {
            #expect(row.refusal.map { error.message.contains($0) } == true, "\(error.message)")
        }
    }

    // The program.

    private static func directory() throws -> String {
        var template = Array("/tmp/imm-kustomize-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw GitError(.failed, "no temporary directory") }
        return String(cString: made)
    }

    private static func remove(_ path: String) {
        // Only what the tests put there.
        for name in ["bin/kubectl", "bin", "work"] { _ = Glibc.remove("\(path)/\(name)") }
        rmdir(path)
    }

    /// A program that stands in for kubectl.
    private static func kubectl(_ script: String, in directory: String) throws {
        mkdir("\(directory)/bin", 0o700)
        let path = "\(directory)/bin/kubectl"
        guard let file = fopen(path, "w") else { throw GitError(.failed, "cannot write \(path)") }
        fputs("#!/bin/sh\n\(script)\n", file)
        fclose(file)
        chmod(path, 0o700)
    }

    private static func build(
        _ script: String, _ files: [GitFile], _ path: String, timeout: Duration = .seconds(30)
    ) async throws -> Result<String, GitError> {
        let directory = try directory()
        defer { remove(directory) }
        try kubectl(script, in: directory)
        let builder = try #require(
            KubectlBuilder(directory: "\(directory)/work", searchPath: "/nowhere:\(directory)/bin", .system))
        do throws(GitError) {
            return .success(String(decoding: try await builder.build(files, path, timeout), as: UTF8.self))
        } catch { return .failure(error) }
    }

    @Test func `are built where nothing but the commit's files is, and nothing is left`() async throws {
        let script =
            #"echo "$1 $2 $# $PATH $(echo "$HOME" | sed 's/.*work.//' | sed 's/.*\///')"; while read line; do echo "$line"; done < app/a.yaml"#
        let built = try await Self.build(
            "PATHS=$PATH; PATH=/usr/bin:/bin; " + script.replacing("$PATH", with: "$PATHS"),
            [Self.file("app/a.yaml", "content\n")], "app")
        #expect(try built.get() == "kustomize ./app 2 /nonexistent home\ncontent\n")
    }

    @Test func `that cannot be built are refused with what the program says, without our paths`() async throws {
        let built = try await Self.build(
            "echo \"Error: $(pwd)/app: no such thing\" >&2; exit 1", [Self.file("app/a", "")], "app")
        guard case .failure(let error) = built else {
            Issue.record("built")
            return
        }
        #expect(error.kind == .refused)
        #expect(error.message == "kubectl kustomize: Error: /app: no such thing\n")
    }

    @Test func `need kubectl`() throws {
        #expect(KubectlBuilder(directory: "/tmp", searchPath: "/nowhere", .system) == nil)
    }
}
