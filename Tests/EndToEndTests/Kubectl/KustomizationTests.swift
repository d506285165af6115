import Ambient
import GitClient
import GitOps
import GitServers
import Glibc
import Testing

extension EndToEnd.Kubectl {
    /// Kustomizations built by kubectl as it is published.
    @Suite struct KustomizationTests {
        private func file(_ path: String, _ text: String) -> GitFile { GitFile(path: path, bytes: Array(text.utf8)) }

        private func build(_ version: String, _ files: [GitFile], _ path: String) async throws -> String {
            let scratch = try ScratchDirectory("kustomize")
            defer { scratch.remove() }
            let kubectl = KubectlBuilder(
                directory: scratch.path + "/builds", searchPath: KubernetesClients.kubectl(version), .system)
            let builder = try #require(kubectl).builder
            let result: Result<[UInt8], GitError>
            do { result = .success(try await builder(files, path, .seconds(60))) } catch { result = .failure(error) }
            #expect(ScratchDirectory.isEmpty(scratch.path + "/builds"))
            return String(decoding: try result.get(), as: UTF8.self)
        }

        @Test(
            .enabled(if: KubernetesClients.areThere, KubernetesClients.reason),
            arguments: KubernetesClients.kubectlVersions)
        func `an overlay is built over a base that stands beside it`(version: String) async throws {
            let built = try await build(
                version,
                [
                    file("base/kustomization.yaml", "resources: [set.yaml]\n"),
                    file(
                        "base/set.yaml",
                        "apiVersion: imm.dev/v1alpha1\nkind: InstanceSet\nmetadata: {name: web}\nspec: {replicas: 1}\n"),
                    file(
                        "overlays/prod/kustomization.yaml",
                        "resources: [../../base]\nnamePrefix: prod-\npatches:\n  - path: more.yaml\n    target: {kind: InstanceSet}\n"
                    ),
                    file("overlays/prod/more.yaml", "- {op: replace, path: /spec/replicas, value: 7}\n"),
                    file("unrelated/kustomization.yaml", "resources: [https://example.com/x]\n"),
                    GitFile(path: "link", kind: .link, bytes: Array("/etc".utf8)),
                ], "overlays/prod")
            #expect(built.contains("name: prod-web") && built.contains("replicas: 7"), "\(built)")
        }

        @Test(
            .enabled(if: KubernetesClients.areThere, KubernetesClients.reason),
            arguments: KubernetesClients.kubectlVersions)
        func `what kubectl does not build is refused with what it says`(version: String) async throws {
            let error = await #expect(throws: GitError.self) {
                try await build(
                    version,
                    [
                        file("app/kustomization.yaml", "resources: [set.yaml]\nnoSuchField: 1\n"),
                        file("app/set.yaml", "kind: X\n"),
                    ], "app")
            }
            #expect(error?.kind == .refused)
            #expect(error?.message.contains("noSuchField") == true, "\(error?.message ?? "")")
            #expect(error?.message.contains("/builds/") == false, "\(error?.message ?? "")")
        }

        @Test(
            .enabled(if: KubernetesClients.areThere, KubernetesClients.reason),
            arguments: KubernetesClients.kubectlVersions)
        func `a file beside the kustomization's directory is out of its reach`(version: String) async throws {
            let error = await #expect(throws: GitError.self) {
                try await build(
                    version, [file("app/kustomization.yaml", "resources: [../x.yaml]\n"), file("x.yaml", "kind: X\n")],
                    "app")
            }
            #expect(error?.kind == .refused, "\(error?.message ?? "")")
        }
    }
}
