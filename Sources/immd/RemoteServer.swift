import APIClient
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
        let (documents, diagnostics) = loadManifests([.file(kubeconfig)])
        guard diagnostics.isEmpty, let document = documents.first, documents.count == 1 else {
            let why = diagnostics.map(\.description).joined(separator: "\n")
            throw RemoteServerError("--kubeconfig: " + (why.isEmpty ? "\(kubeconfig): one document is expected" : why))
        }
        let directory = kubeconfig.lastIndex(of: "/").map { String(kubeconfig[..<$0]) } ?? "."
        let selected = try Kubeconfig(json: document.value).select(context: context, directory: directory)
        guard let server else { return selected.location }
        guard server.hasPrefix("https://"), case .url(_, let tls, let token) = selected.location else {
            throw RemoteServerError("--server \(server): with --kubeconfig it is an address https://HOST:PORT")
        }
        return .url(server, tls: tls, bearerToken: token)
    }
}

struct RemoteServerError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
