import APIClient
import Ambient
import ClusterCredentials
import ClusterKit
import Glibc
import HTTPTransport
import InfraAPI
import JSON
import Logging
import Manifests
import ResourceAPI

/// The Kubernetes API server that a test runs against: the one of IMM_TEST_KUBECONFIG, or the kit's.
struct ClusterTarget: Sendable {
    let kubeconfig: String
    let client: HTTPResourceClient
    /// nil: it is a real one.
    let kit: ClusterServer?

    static let given = getenv("IMM_TEST_KUBECONFIG").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }

    /// - Parameter directory: for the kit's files.
    static func with(in directory: String, _ body: (ClusterTarget) async throws -> Void) async throws {
        if let given {
            return try await using(given, nil, body)
        }
        var logger = Logger(label: "cluster")
        logger.logLevel = .critical
        try await ClusterServer.run(in: directory, .system, logger: logger) { kit in
            let path = directory + "/kubeconfig"
            try write(kit.kubeconfig(user: ["token": .string(try await kit.token("admin"))]), to: path)
            try await using(path, kit, body)
        }
    }

    private static func using(
        _ kubeconfig: String, _ kit: ClusterServer?, _ body: (ClusterTarget) async throws -> Void
    ) async throws {
        let (documents, _) = loadManifests([.file(kubeconfig)])
        guard let document = documents.first else { throw Failure("\(kubeconfig) cannot be read") }
        let folder = kubeconfig.lastIndex(of: "/").map { String(kubeconfig[..<$0]) } ?? "."
        let selected = try Kubeconfig(json: document.value).select(context: nil, directory: folder)
        let access = ClusterAccess(selected, environment: ProcessEnvironment.all(), .system)
        let client = HTTPResourceClient(.cluster(access), userAgent: "test-cluster", tellsTerms: false)
        defer { client.shutdown() }
        try await body(ClusterTarget(kubeconfig: kubeconfig, client: client, kit: kit))
    }

    /// What `immd crds | kubectl apply --server-side -f -` does.
    func applyDefinitions(_ change: (inout JSONValue) -> Void = { _ in }) async throws {
        let log = "\(temporaryRoot)/imm-crds-\(TestEngine.freshID())"
        defer { unlink(log) }
        let printing = try ChildProcess(Daemon.programs + "/immd", ["crds"], output: log)
        guard try await printing.wait(.seconds(30)) == .code(0) else { throw Failure("immd crds failed") }
        let (documents, diagnostics) = loadManifests([.file(log)])
        guard diagnostics.isEmpty else { throw Failure("\(diagnostics)") }
        for var definition in documents.map(\.value) {
            change(&definition)
            let name = definition["metadata"]?["name"]?.stringValue ?? ""
            let answer = try await client.raw(
                method: .patch,
                path: "\(ClusterTarget.definitions)/\(name)?fieldManager=test-cluster&force=true",
                body: definition.encoded(), contentType: "application/apply-patch+yaml")
            guard (200..<300).contains(answer.status) else {
                throw Failure("\(name): \(String(decoding: answer.body, as: UTF8.self))")
            }
        }
    }

    static let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"

    func hasDefinitions() async throws -> Bool {
        try await client.raw(method: .get, path: "\(ClusterTarget.definitions)/instancesets.imm.dev").status == 200
    }

    static func write(_ text: String, to path: String) throws {
        guard let file = fopen(path + ".new", "w") else { throw Failure("\(path) cannot be written") }
        fputs(text, file)
        fclose(file)
        rename(path + ".new", path)
    }
}
