import ClusterCredentials
import HTTPTransport
import JSON
import Testing

@Suite struct SelectionTests {
    @Test func `a context gives server, authority, certificate and namespace`() throws {
        let config = try kubeconfig(
            user: ["client-certificate-data": "Y2VydA==", "client-key": "keys/k.pem"],
            cluster: ["server": "https://api.example:6443/base", "certificate-authority": "/etc/ca.crt"])
        let selected = try config.select(context: nil, directory: "/srv/ann")
        #expect(selected.server == "https://api.example:6443/base" && selected.namespace == "fleet")
        #expect(selected.tls.certificateAuthority == .file(path: "/etc/ca.crt"))
        #expect(selected.tls.clientCertificate == .pem(Array("cert".utf8)))
        #expect(selected.tls.clientKey == .file(path: "/srv/ann/keys/k.pem"))
        #expect(selected.bearer == .none && selected.tls.verifiesServer && !selected.isUnverified)
    }

    @Test func `a token's file counts before a token, and a token before a program`() throws {
        let exec: JSONValue = ["apiVersion": "client.authentication.k8s.io/v1", "command": "login"]
        func bearer(_ user: JSONValue) throws -> BearerSource {
            try kubeconfig(user: user).select(context: "x", directory: "/d").bearer
        }
        #expect(try bearer(["token": "t", "tokenFile": "f", "exec": exec]) == .tokenFile(path: "/d/f"))
        #expect(try bearer(["token": "t", "exec": exec]) == .token("t"))
        guard case .program = try bearer(["exec": exec]) else {
            Issue.record("no program")
            return
        }
    }

    @Test(arguments: [
        #"{"exec": {"apiVersion": "client.authentication.k8s.io/v1alpha1", "command": "x"}}"#,
        #"{"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": ""}}"#,
        #"{"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "x", "interactiveMode": "Always"}}"#,
        #"{"username": "ann", "password": "x"}"#, #"{"as": "ann"}"#, #"{"auth-provider": {"name": "gcp"}}"#,
        #"{"client-certificate-data": "?"}"#,
    ]) func `what cannot be honoured is refused`(user: String) throws {
        let config = try kubeconfig(user: try JSONValue(parsing: Array(user.utf8)))
        #expect(throws: CredentialError.self) { _ = try config.select(context: "x", directory: "/") }
    }

    @Test(arguments: [
        #"{"tokenFile": "/var/run/token"}"#, #"{"client-certificate": "c", "client-key": "k"}"#,
        #"{"exec": {"apiVersion": "client.authentication.k8s.io/v1", "command": "/bin/true"}}"#,
    ]) func `a kubeconfig that somebody sent names no files and no programs of ours`(user: String) throws {
        let config = try kubeconfig(user: try JSONValue(parsing: Array(user.utf8)))
        #expect(throws: CredentialError.self) { _ = try config.select(context: "x", directory: nil) }
        _ = try kubeconfig(user: ["token": "t"]).select(context: "x", directory: nil)
    }

    @Test func `a proxy and another server name are refused, an unverified server is told`() throws {
        for field in ["proxy-url", "tls-server-name"] {
            var cluster: JSONValue = ["server": "https://api.example"]
            cluster[field] = "other.example"
            let config = try kubeconfig(user: ["token": "t"], cluster: cluster)
            #expect(throws: CredentialError.self) { _ = try config.select(context: "x", directory: "/") }
        }
        let open = try kubeconfig(
            user: ["token": "t"], cluster: ["server": "https://api.example", "insecure-skip-tls-verify": true])
        let selected = try open.select(context: "x", directory: "/")
        #expect(selected.isUnverified && !selected.tls.verifiesServer)
    }
}
