import Ambient
import ProcessControl

/// Name and password for https, and who signs the server's certificate.
struct HTTPSAccess {
    private let url: RemoteURL
    private let authorization: String?
    private let authority: String?
    let secrets: [String]

    init(_ url: RemoteURL, _ credentials: RemoteCredentials) throws(GitError) {
        self.url = url
        authority = credentials.authority
        guard credentials.username != nil || credentials.password != nil else {
            authorization = nil
            secrets = []
            return
        }
        // Servers that take a token for a password take any name with it.
        let username = credentials.username ?? "git"
        let password = HTTPSAccess.trimmed(credentials.password ?? "")
        let isPrintable = (username + password).unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
        guard isPrintable, !username.contains(":"), !username.isEmpty else {
            throw GitError(
                .denied,
                "The credentials for \(url.text) cannot be sent: the user name must not be empty or hold ':', and neither it nor the password may hold control characters. Mend the Secret."
            )
        }
        let encoded = Base64.encode(Array("\(username):\(password)".utf8))
        authorization = encoded
        secrets = [encoded, password].filter { !$0.isEmpty }
    }

    /// `kubectl create secret --from-file` keeps the newline at the end of a file.
    private static func trimmed(_ password: String) -> String {
        var password = Substring(password)
        while let last = password.last, last == "\n" || last == "\r\n" || last == "\r" { password.removeLast() }
        return String(password)
    }

    func write(to configuration: inout GitConfiguration, _ scratch: PrivateDirectory) throws(GitError) {
        // git sends an extra header to wherever it is led: with a password it follows nobody.
        configuration.add("http", "followRedirects", authorization == nil ? "initial" : "false")
        if let authorization {
            configuration.add(
                "http \"https://\(url.authority)/\"", "extraHeader", "Authorization: Basic \(authorization)")
        }
        if let authority {
            let path = try filing { () throws(FileFailure) in try scratch.write("ca.crt", authority) }
            configuration.add("http", "sslCAInfo", path)
        }
    }
}
