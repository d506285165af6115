import Ambient
import Glibc
import Testing

extension EndToEnd {
    /// Stock clients against immd on a real engine: kubectl as it is published, and Python's libraries.
    @Suite(.serialized)
    struct Kubectl {
        // The condition stands at the test: a suite's is told as skipped also where a filter leaves the suite out.
        @Test(
            .enabled(if: KubernetesClients.areThere, KubernetesClients.reason),
            arguments: Transcript.all, KubernetesClients.kubectlVersions)
        func `kubectl says what the transcript says`(transcript: Transcript, version: String) async throws {
            try await Bed.with(listen: "127.0.0.1:0") { bed in
                try await TranscriptRun.with(bed, kubectl: version) { run in
                    for step in transcript.steps where step.version == nil || step.version == version {
                        try await run.play(step, of: transcript)
                    }
                }
            }
        }
    }
}

/// The folder that scripts/kubernetes-clients prints.
enum KubernetesClients {
    static let folder = getenv("IMM_TEST_KUBERNETES_CLIENTS").map { String(cString: $0) }
    static let areThere = folder != nil
    static let reason: Comment = "needs IMM_TEST_KUBERNETES_CLIENTS: run make test-kubectl"
    static let kubectlVersions = ["1.37", "1.29"]

    static func kubectl(_ version: String) -> String { (folder ?? "") + "/kubectl-" + version }
    static var python: String { (folder ?? "") + "/python/bin" }
}

@Test(arguments: [
    (["a … c"], "a b c\n", true), (["a … c"], "a b d\n", false), (["a", "…", "z"], "a\nb\n c\nz\n", true),
    (["…", "b"], "b\n", true), ([], "", true), ([], "a\n", false), (["…a…a"], "xaxaxa", true),
    (["NAME   AGE"], "NAME   AGE   \n", true), (["a"], "a\na\n", false),
])
func `a transcript's dots stand for any text`(expected: [String], said: String, matches: Bool) {
    #expect(ExpectedOutput(expected).matches(said) == matches)
}
