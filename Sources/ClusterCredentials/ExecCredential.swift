import Ambient
import HTTPTransport
import JSON

/// What a credential program answers.
struct ExecCredential: Sendable, Hashable {
    let credentials: RequestCredentials
    /// nil: it does not say.
    let expiresAt: Timestamp?

    /// - Parameter output: all that the program wrote: an ExecCredential with a status.
    init(_ output: [UInt8], of plugin: ExecPlugin) throws(CredentialError) {
        func failure(_ what: String) -> CredentialError {
            CredentialError("the answer of \(plugin.command), which is to make the credentials, \(what)")
        }
        guard let answer = try? JSONValue(parsing: output) else { throw failure("is not JSON") }
        guard answer["kind"]?.stringValue == "ExecCredential",
            let version = answer["apiVersion"]?.stringValue
        else { throw failure("is no ExecCredential") }
        guard version == plugin.apiVersion else {
            throw failure("has apiVersion \(version), and the kubeconfig says \(plugin.apiVersion)")
        }
        guard let status = answer["status"], status.objectValue != nil else { throw failure("has no status") }
        var made = RequestCredentials.bearer(status["token"]?.stringValue)
        switch (status["clientCertificateData"]?.stringValue, status["clientKeyData"]?.stringValue) {
        case (let certificate?, let key?):
            made.identity = ClientIdentity(
                certificate: .pem(Array(certificate.utf8)), key: .pem(Array(key.utf8)))
        case (nil, nil): break
        default: throw failure("has a certificate without its key, or a key without its certificate")
        }
        guard made != RequestCredentials() else { throw failure("has neither a token nor a certificate") }
        credentials = made
        guard let text = status["expirationTimestamp"]?.stringValue else {
            expiresAt = nil
            return
        }
        guard let end = Timestamp(rfc3339: text) else { throw failure("has no time as its expirationTimestamp") }
        expiresAt = end
    }
}
