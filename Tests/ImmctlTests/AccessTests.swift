import Ambient
import ClusterCredentials
import JSON
import Manifests
import ResourceAPI
import Testing

@testable import ImmctlCommands

#if canImport(Glibc)
    import Glibc
#endif

@Suite struct AccessTests {
    private static let authority = "-----BEGIN CERTIFICATE-----\nca\n-----END CERTIFICATE-----\n"

    private func withDirectory(_ body: (String) async throws -> Void) async throws {
        var template = Array("/tmp/imm-ctl-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        let path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        defer {
            for name in ["admin", "target", "token", "ann.crt", "ann.key", "other.crt", "other.key"] {
                unlink("\(path)/\(name)")
            }
            rmdir(path)
        }
        try await body(path)
    }

    private func writeAdmin(_ path: String) throws {
        try KubeconfigFile(path: path).write(
            .single(
                Kubeconfig.Entry(
                    name: "imm", server: "https://127.0.0.1:7443", authorityPEM: AccessTests.authority,
                    identity: .certificate(certificatePEM: "certificate", keyPEM: "key"), namespace: "shop")))
    }

    private func text(_ path: String) throws -> String {
        let file = try #require(fopen(path, "r"))
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 16)
        return String(decoding: bytes[..<fread(&bytes, 1, bytes.count, file)], as: UTF8.self)
    }

    @Test func `a kubeconfig says where the server is, who one is and in which namespace`() async throws {
        try await withDirectory { directory in
            try writeAdmin(directory + "/admin")
            let environment = Environment(["IMM_KUBECONFIG": directory + "/admin"])
            for (kubeconfig, environment) in [
                (directory + "/admin", Environment()), (nil, environment),
            ] as [(String?, Environment)] {
                let address = try ServerAddress.resolve(
                    server: nil, socket: nil, kubeconfig: kubeconfig, environment: environment)
                guard case .selected(let server) = address.location else {
                    Issue.record("not from the kubeconfig")
                    return
                }
                #expect(server.namespace == "shop" && !server.isUnverified)
                #expect(address.description == "https://127.0.0.1:7443")
            }
            #expect(DefaultNamespace.find(["get", "iset"], environment, .immctl) == "shop")
            #expect(DefaultNamespace.find(["get", "iset", "--socket=/x"], environment, .immctl) == "default")
            #expect(throws: CommandFailure.self) {
                _ = try ServerAddress.resolve(
                    server: nil, socket: nil, kubeconfig: directory + "/admin", context: "other",
                    environment: Environment())
            }
            #expect(throws: CommandFailure.self) {
                _ = try ServerAddress.resolve(
                    server: nil, socket: nil, context: "imm", environment: Environment())
            }
        }
    }

    @Test func `kubectl's plugin goes where kubectl goes, and nowhere else`() async throws {
        try await withDirectory { directory in
            try writeAdmin(directory + "/admin")
            func location(_ values: [String: String], kubeconfig: String? = nil) throws(CommandFailure) -> String {
                try ServerAddress.resolve(
                    server: nil, socket: nil, kubeconfig: kubeconfig, environment: Environment(values),
                    program: .kubectlPlugin
                ).description
            }
            #expect(try location(["KUBECONFIG": directory + "/admin", "IMM_SOCKET": "/x"]) == "https://127.0.0.1:7443")
            #expect(try location([:], kubeconfig: directory + "/admin") == "https://127.0.0.1:7443")
            #expect(throws: CommandFailure.self) { _ = try location(["HOME": directory]) }
            #expect(throws: CommandFailure.self) {
                _ = try location(["KUBECONFIG": "\(directory)/admin:\(directory)/other"])
            }
            #expect(mkdir(directory + "/.kube", 0o700) == 0)
            try writeAdmin(directory + "/.kube/config")
            #expect(try location(["HOME": directory]) == "https://127.0.0.1:7443")
            // immctl itself never looks there.
            #expect(throws: CommandFailure.self) {
                _ = try ServerAddress.resolve(
                    server: nil, socket: nil, environment: Environment(["HOME": directory]))
            }
        }
    }

    @Test func `config add writes a file for its owner alone, and a token takes the certificate's place`() async throws
    {
        try await withDirectory { directory in
            try writeAdmin(directory + "/admin")
            let bed = try await Bench()
            let words = ["config", "add", "--from", directory + "/admin", "--to", directory + "/target"]
            let added = await bed.run(words + ["--token-file", "-"], input: "imm1.ci.secret\n")
            #expect(added.status == .success, "\(added.errors)")
            var info = stat()
            #expect(lstat(directory + "/target", &info) == 0 && info.st_mode & 0o777 == 0o600)
            let written = try text(directory + "/target")
            #expect(written.contains("token: imm1.ci.secret") && !written.contains("client-key-data"))
            #expect(written.contains("current-context: imm") && written.contains("namespace: shop"))
            #expect(!added.output.contains("secret") && !added.errors.contains("secret"))
            // What imm wrote it may replace.
            #expect(await bed.run(words).status == .success)
            #expect(try text(directory + "/target").contains("client-key-data"))
        }
    }

    @Test func `config add leaves alone what somebody else wrote`() async throws {
        try await withDirectory { directory in
            try writeAdmin(directory + "/admin")
            let file = try #require(fopen(directory + "/target", "w"))
            fputs(
                """
                apiVersion: v1
                kind: Config
                preferences: {colors: true}
                clusters:
                - name: imm
                  cluster: {server: "https://other.example"}
                users: []
                contexts: []

                """, file)
            fclose(file)
            let before = try text(directory + "/target")
            let bed = try await Bench()
            let words = ["config", "add", "--from", directory + "/admin", "--to", directory + "/target"]
            let refused = await bed.run(words)
            #expect(refused.status == .failed && refused.errors.contains("a cluster \"imm\" that imm did not write"))
            #expect(try text(directory + "/target") == before)
            #expect(await bed.run(words + ["--name", "fleet", "--use"]).status == .success)
            let after = try text(directory + "/target")
            #expect(after.contains("https://other.example") && after.contains("colors: true"))
            #expect(after.contains("current-context: fleet"))
            #expect(await bed.run(["config", "use", "nowhere", "--to", directory + "/target"]).status == .failed)
        }
    }

    @Test(arguments: [
        #"{"clusters":[{"name":"c","cluster":{"server":"https://x","proxy-url":"http://p"}}],"users":[]}"#,
        #"{"clusters":[{"name":"c","cluster":{"server":"https://x"}}],"users":[{"name":"u","user":{"exec":{}}}]}"#,
        #"{"clusters":[{"name":"c","cluster":{"server":"ftp://x"}}],"users":[{"name":"u","user":{}}]}"#,
        #"{"clusters":[],"users":[]}"#,
        #"{"clusters":[{"name":"c","cluster":{"server":"https://x","certificate-authority-data":"?"}}],"users":[]}"#,
    ]) func `what a kubeconfig asks and we do not do is refused, not passed over`(text: String) throws {
        var json = try JSONValue(parsing: Array(text.utf8))
        json["contexts"] = [["name": "x", "context": ["cluster": "c", "user": "u"]]]
        let config = try Kubeconfig(json: json)
        #expect(throws: CredentialError.self) { _ = try config.select(context: "x", directory: "/") }
    }

    @Test func `token create prints the token alone, and says when it does not end`() async throws {
        let bed = try await Bench()
        bed.answers.withLock { $0["/imm/v1/tokens"] = ["name": "ci", "token": "imm1.ci.secret"] }
        let made = await bed.run("token create ci --for alice")
        #expect(made.status == .success && made.output == "imm1.ci.secret\n")
        #expect(made.errors.contains("does not end by itself"))
        let ended = await bed.run("token create ci --expires 90d")
        #expect(ended.errors.isEmpty)
        let bodies = bed.asked.withLock { $0.map(\.body) }
        #expect(bodies[0] == ["name": "ci", "admin": false, "user": "alice"])
        #expect(bodies[1]?["expiresInSeconds"] == 7_776_000)
        #expect(await bed.run("token create ci --expires soon").status == .usage)
    }

    @Test func `token list shows no secret, and revoke names the token`() async throws {
        let bed = try await Bench()
        bed.answers.withLock { answers in
            answers["/imm/v1/tokens"] = [
                "tokens": [["name": "ci", "admin": true, "createdBy": "root", "expiresAt": "2001-01-01T00:00:00Z"]]
            ]
            answers["/imm/v1/tokens/ci/revoke"] = ["name": "ci"]
        }
        let listed = await bed.run("token list")
        #expect(listed.output.hasPrefix("NAME   FOR        ADMIN"))
        #expect(listed.output.contains("2001-01-01T00:00:00Z (over)"))
        let revoked = await bed.run("token revoke ci")
        #expect(revoked.status == .success && revoked.output == "token ci revoked\n")
        #expect(await bed.run("token revoke a/b").status == .usage)
    }

    private static let made: JSONValue = [
        "serial": "4a01", "user": "ann", "expiresAt": "2027-01-01T00:00:00Z",
        "certificate": "-----BEGIN CERTIFICATE-----\na\n-----END CERTIFICATE-----\n",
        "key": "-----BEGIN PRIVATE KEY-----\nk\n-----END PRIVATE KEY-----\n",
    ]

    @Test func `certificate create writes the key for its owner alone, and replaces nothing`() async throws {
        try await withDirectory { directory in
            let bed = try await Bench()
            bed.answers.withLock { $0["/imm/v1/certificates"] = AccessTests.made }
            let words = [
                "certificate", "create", "ann", "--group", "ops", "--expires", "30d", "--to", "\(directory)/ann",
            ]
            let made = await bed.run(words)
            #expect(made.status == .success && made.output.contains("serial number 4a01"), "\(made.errors)")
            #expect(!made.output.contains("PRIVATE"))
            var info = stat()
            #expect(lstat(directory + "/ann.key", &info) == 0 && info.st_mode & 0o777 == 0o600)
            #expect(try text(directory + "/ann.key").contains("PRIVATE KEY"))
            #expect(try text(directory + "/ann.crt").contains("BEGIN CERTIFICATE"))
            #expect(
                bed.asked.withLock { $0.last?.body } == [
                    "user": "ann", "groups": ["ops"], "admin": false, "expiresInSeconds": 2_592_000,
                ])
            let asked = bed.asked.withLock { $0.count }
            #expect(await bed.run(words).status == .failed)
            #expect(bed.asked.withLock { $0.count } == asked, "a certificate was made that nobody keeps")
            // A failure leaves nothing.
            bed.answers.withLock { $0 = ["/imm/v1/certificates": [:]] }
            #expect(await bed.run(Array(words.dropLast()) + ["\(directory)/other"]).status == .failed)
            #expect(access(directory + "/other.key", F_OK) != 0)
            #expect(await bed.run("certificate create a/b").status == .usage)

            try writeAdmin(directory + "/admin")
            let added = await bed.run([
                "config", "add", "--from", directory + "/admin", "--to", directory + "/target", "--client-certificate",
                directory + "/ann.crt", "--client-key", directory + "/ann.key",
            ])
            #expect(added.status == .success, "\(added.errors)")
            #expect(try text(directory + "/target").contains("client-key-data"))
            let swapped = await bed.run([
                "config", "add", "--from", directory + "/admin", "--to", directory + "/target", "--client-certificate",
                directory + "/ann.key", "--client-key", directory + "/ann.crt",
            ])
            #expect(swapped.status == .failed && swapped.errors.contains("no PEM text"))
        }
    }

    @Test func `certificates are listed, and revoked by user or serial number`() async throws {
        let bed = try await Bench()
        bed.answers.withLock { answers in
            answers["/imm/v1/certificates"] = [
                "certificates": [
                    ["serial": "4a01", "user": "ann", "groups": ["ops"], "expiresAt": "2099-01-01T00:00:00Z"],
                    ["serial": "4a02", "user": "ann", "revokedAt": "2026-01-01T00:00:00Z"],
                    ["serial": "4a03", "user": "old", "expiresAt": "2001-01-01T00:00:00Z"],
                ]
            ]
            for serial in ["4a01", "ff"] { answers["/imm/v1/certificates/\(serial)/revoke"] = [:] }
        }
        let listed = await bed.run("certificate list")
        #expect(listed.lines.count == 3 && listed.output.contains("ops") && !listed.output.contains("old"))
        let revoked = await bed.run("certificate revoke ann --serial ff")
        #expect(revoked.output == "certificate ff revoked\ncertificate 4a01 revoked\n", "\(revoked.errors)")
        #expect(await bed.run("certificate revoke nobody").status == .failed)
        #expect(await bed.run("certificate revoke --serial 4/a").status == .usage)
        #expect(await bed.run("certificate revoke").status == .usage)
    }
}
