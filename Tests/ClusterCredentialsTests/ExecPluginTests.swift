import Ambient
import ClusterCredentials
import HTTPTransport
import JSON
import Testing

/// Credential programs, as real programs.
@Suite struct ExecPluginTests {
    private static let version = "client.authentication.k8s.io/v1"

    private func access(
        _ folder: borrowing Folder, _ script: String, _ time: SetTime, more: JSONValue = [:]
    ) throws -> ClusterAccess {
        try folder.write("login", "#!/bin/sh\necho run >>\"\(folder.path)/runs\"\n" + script, isProgram: true)
        var exec: JSONValue = [
            "apiVersion": .string(ExecPluginTests.version), "command": "./login", "args": ["--for", "imm"],
            "env": [["name": "REALM", "value": "test"]], "interactiveMode": "Never",
        ]
        for member in more.objectValue ?? JSONObject() { exec[member.key] = member.value }
        let selected = try kubeconfig(user: ["exec": exec]).select(context: nil, directory: folder.path)
        return ClusterAccess(selected, environment: ["PATH": "/usr/bin:/bin", "HOME": "/nowhere"], surroundings(time))
    }

    private func answer(_ status: String) -> String {
        """
        cat <<END
        {"apiVersion": "\(ExecPluginTests.version)", "kind": "ExecCredential", "status": \(status)}
        END

        """
    }

    private func runs(_ folder: borrowing Folder) throws -> Int {
        try folder.read("runs").split(separator: "\n").count
    }

    @Test func `the program runs once until its credentials end`() async throws {
        let folder = try Folder()
        let time = SetTime()
        let access = try access(
            folder,
            "n=$(wc -l <\"\(folder.path)/runs\")\n"
                + answer(#"{"token": "t$n", "expirationTimestamp": "2026-11-21T12:${n}0:00Z"}"#), time)
        #expect(try await access.credentials().authorization == "Bearer t1")
        time.advance(.seconds(500))
        #expect(try await access.credentials().authorization == "Bearer t1")
        // 30 seconds before the end it is time for others.
        time.advance(.seconds(80))
        #expect(try await access.credentials().authorization == "Bearer t2")
        #expect(try runs(folder) == 2)
    }

    @Test func `many who wait are served by one run`() async throws {
        let folder = try Folder()
        let access = try access(folder, "sleep 0.2\n" + answer(#"{"token": "t"}"#), SetTime())
        let tokens = await withTaskGroup(of: String?.self) { group in
            for _ in 0..<20 { group.addTask { try? await access.credentials().authorization } }
            return await group.reduce(into: [String?]()) { $0.append($1) }
        }
        #expect(tokens.count == 20 && tokens.allSatisfy { $0 == "Bearer t" })
        #expect(try runs(folder) == 1)
    }

    @Test func `credentials that the server refuses are made anew, but not without end`() async throws {
        let folder = try Folder()
        let time = SetTime()
        let access = try access(folder, answer(#"{"token": "t"}"#), time)
        let first = try await access.credentials()
        #expect(await !access.refuse(first))
        time.advance(.seconds(11))
        #expect(await access.refuse(first))
        _ = try await access.credentials()
        #expect(try runs(folder) == 2)
    }

    @Test func `the program hears what it is asked, and nothing of ours but what it was given`() async throws {
        let folder = try Folder()
        let access = try access(
            folder,
            "env | sort >\"\(folder.path)/env\"; echo \"$@\" >\"\(folder.path)/words\"\n" + answer(#"{"token": "t"}"#),
            SetTime(), more: ["provideClusterInfo": true])
        _ = try await access.credentials()
        let environment = try folder.read("env")
        #expect(environment.contains("REALM=test") && environment.contains("HOME=/nowhere"))
        let info = environment.split(separator: "\n").first { $0.hasPrefix("KUBERNETES_EXEC_INFO=") }
        let asked = try JSONValue(parsing: Array((info ?? "").dropFirst("KUBERNETES_EXEC_INFO=".count).utf8))
        #expect(asked["spec"]?["cluster"]?["server"] == "https://api.example:6443")
        #expect(asked["spec"]?["interactive"] == false && asked["kind"] == "ExecCredential")
        #expect(try folder.read("words") == "--for imm\n")
    }

    @Test func `a program may answer with a certificate`() async throws {
        let folder = try Folder()
        let access = try access(
            folder, answer(#"{"clientCertificateData": "CERT", "clientKeyData": "KEY"}"#), SetTime())
        let credentials = try await access.credentials()
        #expect(credentials.authorization == nil)
        #expect(
            credentials.identity == ClientIdentity(certificate: .pem(Array("CERT".utf8)), key: .pem(Array("KEY".utf8))))
    }

    @Test(arguments: [
        ("echo not json", "is not JSON"), ("echo '{}'", "no ExecCredential"),
        ("echo no way >&2; exit 3", "failed (code 3): no way"),
        (
            #"echo '{"apiVersion":"client.authentication.k8s.io/v1beta1","kind":"ExecCredential","status":{"token":"x"}}'"#,
            "apiVersion"
        ),
        (#"echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{}}'"#, "neither"),
        (
            #"echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"clientKeyData":"x"}}'"#,
            "without"
        ),
    ]) func `an answer that is none is an error that says why, and is not asked for at once again`(
        script: String, words: String
    ) async throws {
        let folder = try Folder()
        let access = try access(folder, script + "\n", SetTime())
        for _ in 1...3 {
            let error = await #expect(throws: CredentialError.self) { _ = try await access.credentials() }
            #expect(error?.message.contains(words) == true, "\(String(describing: error))")
        }
        #expect(try runs(folder) == 1)
    }

    @Test func `a program that is missing is named with the way to get it`() async throws {
        let exec: JSONValue = [
            "apiVersion": .string(ExecPluginTests.version), "command": "imm-no-such-login",
            "installHint": "install it from example.org",
        ]
        let selected = try kubeconfig(user: ["exec": exec]).select(context: nil, directory: "/")
        let access = ClusterAccess(selected, environment: ["PATH": "/usr/bin"], surroundings(SetTime()))
        let error = await #expect(throws: CredentialError.self) { _ = try await access.credentials() }
        #expect(error?.message.contains("install it from example.org") == true)
    }
}
