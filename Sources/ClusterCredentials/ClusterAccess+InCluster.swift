public import Ambient
import HTTPTransport

extension ClusterAccess {
    /// Where the kubelet puts the service account's files into each container.
    public static let serviceAccountDirectory = "/var/run/secrets/kubernetes.io/serviceaccount"

    /// As the service account of the Pod that we run in. Token and authority are read again as the kubelet replaces them.
    ///
    /// - Parameters:
    ///   - environment: of the process: `KUBERNETES_SERVICE_HOST` and `KUBERNETES_SERVICE_PORT`.
    ///   - directory: with `token`, `ca.crt` and `namespace`.
    /// - Throws: `CredentialError` when this is no container of a Pod.
    public static func inCluster(
        environment: [String: String], directory: String = ClusterAccess.serviceAccountDirectory,
        _ surroundings: Surroundings
    ) throws(CredentialError) -> ClusterAccess {
        guard let host = environment["KUBERNETES_SERVICE_HOST"], !host.isEmpty,
            let port = environment["KUBERNETES_SERVICE_PORT"].flatMap(UInt16.init)
        else {
            throw CredentialError(
                "this is no Pod of a cluster: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set; "
                    + "outside of one name a kubeconfig")
        }
        let namespace = try SmallFile.text(directory + "/namespace").filter { !$0.isWhitespace }
        // Read once now, so that a service account that is not mounted is told at the start.
        _ = try SmallFile.text(directory + "/token")
        _ = try SmallFile.text(directory + "/ca.crt")
        return ClusterAccess(
            server: "https://\(host.contains(":") ? "[\(host)]" : host):\(port)",
            tls: TLSOptions(certificateAuthority: .file(path: directory + "/ca.crt")),
            namespace: namespace.isEmpty ? nil : namespace,
            source: TokenFile(path: directory + "/token", time: surroundings.time))
    }
}

extension ClusterAccess: Hashable {
    public static func == (left: ClusterAccess, right: ClusterAccess) -> Bool { left === right }

    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}
