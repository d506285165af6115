import Ambient
import ClusterCredentials
import HTTPTransport
import JSON
import Testing

@Suite struct TokenFileTests {
    @Test func `a token that is replaced is read again after a minute, or when the server refuses it`() async throws {
        let folder = try Folder()
        try folder.write("token", "one\n")
        let time = SetTime()
        let selected = try kubeconfig(user: ["tokenFile": "token"]).select(context: nil, directory: folder.path)
        let access = ClusterAccess(selected, environment: [:], surroundings(time))
        #expect(try await access.credentials().authorization == "Bearer one")
        try folder.write("token", "two\n")
        time.advance(.seconds(30))
        let old = try await access.credentials()
        #expect(old.authorization == "Bearer one")
        // Refused before the minute is over: the file has news.
        #expect(await access.refuse(old))
        let new = try await access.credentials()
        #expect(new.authorization == "Bearer two")
        #expect(await !access.refuse(new))
        try folder.write("token", "three\n")
        time.advance(.seconds(61))
        #expect(try await access.authorization() == "Bearer three")
    }

    @Test func `a file that is gone leaves what was read, and is an error before that`() async throws {
        let folder = try Folder()
        let time = SetTime()
        let selected = try kubeconfig(user: ["tokenFile": "token"]).select(context: nil, directory: folder.path)
        let access = ClusterAccess(selected, environment: [:], surroundings(time))
        await #expect(throws: CredentialError.self) { _ = try await access.credentials() }
        try folder.write("token", "one")
        #expect(try await access.credentials().authorization == "Bearer one")
        try folder.write("token", "two words")
        time.advance(.seconds(61))
        #expect(try await access.credentials().authorization == "Bearer one")
    }

    @Test func `in a Pod the service account's files are used`() async throws {
        let folder = try Folder()
        for (name, text) in [("token", "sa"), ("ca.crt", "pem"), ("namespace", "imm-system")] {
            try folder.write(name, text)
        }
        let environment = ["KUBERNETES_SERVICE_HOST": "fd00::1", "KUBERNETES_SERVICE_PORT": "443"]
        let access = try ClusterAccess.inCluster(
            environment: environment, directory: folder.path, surroundings(SetTime()))
        #expect(access.server == "https://[fd00::1]:443" && access.namespace == "imm-system")
        #expect(
            access.endpoint
                == .tcp(
                    base: "https://[fd00::1]:443",
                    tls: TLSOptions(certificateAuthority: .file(path: folder.path + "/ca.crt"))))
        #expect(try await access.credentials().authorization == "Bearer sa")
    }

    @Test func `elsewhere than in a Pod there is no service account`() throws {
        let folder = try Folder()
        let path = folder.path
        #expect(throws: CredentialError.self) {
            _ = try ClusterAccess.inCluster(environment: [:], directory: path, surroundings(SetTime()))
        }
        #expect(throws: CredentialError.self) {
            _ = try ClusterAccess.inCluster(
                environment: ["KUBERNETES_SERVICE_HOST": "10.0.0.1", "KUBERNETES_SERVICE_PORT": "443"],
                directory: path, surroundings(SetTime()))
        }
    }
}
