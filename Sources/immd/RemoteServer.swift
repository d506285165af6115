import APIClient
import Ambient
import ClusterCredentials
import Manifests

/// Where `--server`, `--kubeconfig` and `--context` say that the store's immd is.
struct RemoteServer {
    let server: String?
    let kubeconfig: String?
    let context: String?

    /// - Throws: `RemoteServerError` for what cannot be used.
    func location() throws -> ServerLocation {
        guard let kubeconfig else {
            guard let server, server.hasPrefix("unix:///") else {
                throw RemoteServerError(
                    "--server \(server ?? ""): without --kubeconfig, which has the credentials, only unix:///PATH can be used"
                )
            }
            return .socket(path: String(server.dropFirst("unix://".count)))
        }
        let selected = try KubeconfigSelection.read(kubeconfig, context: context)
        guard let server else {
            return .cluster(ClusterAccess(selected, environment: ProcessEnvironment.all(), .system))
        }
        guard server.hasPrefix("https://") else {
            throw RemoteServerError("--server \(server): with --kubeconfig it is an address https://HOST:PORT")
        }
        return .cluster(
            ClusterAccess(selected.moved(to: server), environment: ProcessEnvironment.all(), .system))
    }
}

/// A context of a kubeconfig on disk.
enum KubeconfigSelection {
    static func read(_ path: String, context: String?) throws -> SelectedCluster {
        let (documents, diagnostics) = loadManifests([.file(path)])
        guard diagnostics.isEmpty, let document = documents.first, documents.count == 1 else {
            let why = diagnostics.map(\.description).joined(separator: "\n")
            throw RemoteServerError("--kubeconfig: " + (why.isEmpty ? "\(path): one document is expected" : why))
        }
        let directory = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        return try Kubeconfig(json: document.value).select(context: context, directory: directory)
    }
}

struct RemoteServerError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
