internal import Ambient
internal import KubernetesAPI
internal import JSON
internal import ProviderInterface

/// The uid of the namespace kube-system, which lives as long as its cluster; where that may not be read, of our own namespace.
struct ClusterIdentity: Sendable {
    private let api: KubernetesAPI
    private let namespace: String
    /// What every effect is held to; nil until it was established.
    private let expected = Guarded<String?>(nil)

    init(api: KubernetesAPI, namespace: String) { (self.api, self.namespace) = (api, namespace) }

    /// The identity of the cluster that answers now.
    func read() async throws(ProviderError) -> String {
        for name in ["kube-system", namespace] {
            do throws(KubernetesError) {
                if let uid = try await api.get(APIReference(.namespaces, name: name))?["metadata"]?["uid"]?.stringValue
                {
                    return uid
                }
            } catch {
                guard error.kind == .forbidden else { throw ProviderError(error, doing: "read the cluster's identity") }
            }
        }
        throw ProviderError(
            .engineFailed,
            "neither the namespace kube-system nor \(namespace) can be read, and the uid of one of them tells this cluster from "
                + "others: grant get on the namespace \(namespace)")
    }

    /// Holds the cluster to the recorded identity, or at first use to the one that is found.
    func establish(recorded: String?) async throws(ProviderError) -> String {
        if let recorded { expected.withLock { $0 = recorded } }
        let found = try await read()
        if let recorded, found != recorded { throw mismatch(expected: recorded, found: found) }
        expected.withLock { $0 = found }
        return found
    }

    func adopt(_ identity: String) async throws(ProviderError) {
        let found = try await read()
        guard found == identity else { throw mismatch(expected: identity, found: found) }
        expected.withLock { $0 = identity }
    }

    /// The identity, which must be the expected one. Nothing may be done to a cluster that is another one.
    @discardableResult
    func check() async throws(ProviderError) -> String {
        let found = try await read()
        let expected = expected.withLock { $0 }
        guard found == expected else { throw mismatch(expected: expected, found: found) }
        return found
    }

    func mismatch(expected: String?, found: String) -> ProviderError {
        ProviderError(
            .identityMismatch,
            "the cluster that answers has the identity \(found), and \(expected ?? "none") is recorded: this is another "
                + "cluster; nothing is done until it is adopted (immctl provider adopt)")
    }
}
