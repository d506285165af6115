import APIClient
import APIServer
import Ambient
import HTTPTransport
import InfraAPI
import JSON
import PKI
import ResourceAPI
import Testing

extension SecureFixture {
    /// Gives `alice` a role in `default`.
    func bind(_ role: String, kind: String = "User", name: String = "alice") async throws {
        _ = try await local.create(
            [
                "apiVersion": "imm.dev/v1alpha1", "kind": "RoleBinding",
                "metadata": [
                    "name": .string(String("\(name)-\(role)".map { $0 == ":" ? "." : $0 })), "namespace": "default",
                ],
                "spec": ["subject": ["kind": .string(kind), "name": .string(name)], "role": .string(role)],
            ], WriteOptions())
    }
}

@Suite struct AuthorizationTests {
    private static let bindings = "/apis/imm.dev/v1alpha1/namespaces/default/rolebindings"
    private static let secrets = "/api/v1/namespaces/default/secrets"
    private static let overrides = "/apis/imm.dev/v1alpha1/namespaces/default/volumeforcedetaches"
    private static let instances = "/apis/imm.dev/v1alpha1/namespaces/default/instances"

    struct Attempt: Sendable, CustomTestStringConvertible {
        let method: HTTPRequest.Method
        let path: String
        /// The first role that may.
        let role: RoleBindingSpec.Role?
        var testDescription: String { "\(method.rawValue) \(path)" }
    }

    static let attempts = [
        Attempt(method: .get, path: setsPath, role: .view),
        Attempt(method: .get, path: setsPath + "?watch=true&timeoutSeconds=1", role: .view),
        Attempt(method: .get, path: setsPath + "/web", role: .view),
        Attempt(method: .get, path: setsPath + "/web/scale", role: .view),
        Attempt(method: .get, path: "/api/v1/namespaces/default", role: .view),
        Attempt(method: .get, path: "/api/v1/namespaces/default/events", role: .view),
        Attempt(method: .post, path: setsPath, role: .edit),
        Attempt(method: .put, path: setsPath + "/web", role: .edit),
        Attempt(method: .patch, path: setsPath + "/web/scale", role: .edit),
        Attempt(method: .delete, path: setsPath + "/web", role: .edit),
        Attempt(method: .delete, path: setsPath, role: .edit),
        Attempt(method: .post, path: setsPath + "/web/plan", role: .edit),
        Attempt(method: .get, path: secrets, role: .edit),
        Attempt(method: .post, path: secrets, role: .edit),
        Attempt(method: .get, path: instances + "/web-0/log", role: .edit),
        Attempt(method: .get, path: instances + "/web-0/exec", role: .edit),
        Attempt(method: .post, path: instances + "/web-0/exec", role: .edit),
        Attempt(method: .delete, path: instances + "/web-0", role: .edit),
        Attempt(method: .get, path: bindings, role: .admin),
        Attempt(method: .post, path: bindings, role: .admin),
        Attempt(method: .get, path: overrides, role: .view),
        Attempt(method: .post, path: overrides, role: .admin),
        Attempt(method: .delete, path: overrides + "/a", role: .admin),
        Attempt(method: .put, path: overrides + "/a/status", role: nil),
        Attempt(method: .put, path: setsPath + "/web/status", role: nil),
        Attempt(method: .post, path: instances, role: nil),
        Attempt(method: .get, path: "/apis/imm.dev/v1alpha1/instancesets", role: nil),
        Attempt(method: .get, path: "/apis/imm.dev/v1alpha1/namespaces/other/instancesets", role: nil),
        Attempt(method: .get, path: "/apis/imm.dev/v1alpha1/providers", role: nil),
        Attempt(method: .get, path: "/api/v1/namespaces", role: nil),
        Attempt(method: .get, path: "/api/v1/namespaces/other", role: nil),
        Attempt(method: .delete, path: "/api/v1/namespaces/default", role: nil),
        Attempt(method: .get, path: "/apis/coordination.k8s.io/v1/namespaces/default/leases", role: nil),
        Attempt(method: .get, path: "/imm/v1/tokens", role: nil),
    ]

    /// What the answer is does not count here, only that it is no 403; what a role may not do must be one.
    @Test(arguments: RoleBindingSpec.Role.allCases) func `each role may do what it says, and no more`(
        role: RoleBindingSpec.Role
    ) async throws {
        try await SecureFixture.run { fixture in
            try await fixture.bind(role.rawValue)
            let roles = RoleBindingSpec.Role.allCases
            for attempt in AuthorizationTests.attempts {
                let mayFrom = attempt.role.flatMap { roles.firstIndex(of: $0) } ?? roles.count
                let may = (roles.firstIndex(of: role) ?? 0) >= mayFrom
                let body: JSONValue? = attempt.method == .get || attempt.method == .delete ? nil : [:]
                let answer = try await fixture.answer(
                    fixture.user("alice"), attempt.path, method: attempt.method, body: body)
                #expect((answer.code != 403) == may, "\(attempt.testDescription) as \(role): \(answer.code)")
                if !may { #expect(answer.json["kind"] == "Status" && answer.json["reason"] == "Forbidden") }
            }
        }
    }

    @Test func `a group has its role, by the certificate's organisations and nothing else`() async throws {
        try await SecureFixture.run { fixture in
            try await fixture.bind("view", kind: "Group", name: "ops")
            let member = fixture.client(try fixture.certificate("bob", ["dev", "ops"]))
            #expect(try await fixture.code(member, setsPath) == 200)
            // A user of the group's name is no member, nor is a group of the user's name the user.
            #expect(try await fixture.code(fixture.user("ops"), setsPath) == 403)
            try await fixture.bind("view", kind: "User", name: "dev")
            let other = fixture.client(try fixture.certificate("eve", ["dev", "ops2"]))
            #expect(try await fixture.code(other, setsPath) == 403)
            try await fixture.bind("view", kind: "Group", name: "system:authenticated")
            #expect(try await fixture.code(fixture.user("anybody"), setsPath) == 200)
            #expect(try await fixture.code(fixture.client(nil), setsPath) == 401)
        }
    }

    @Test func `every namespaced kind is given by a role, or is the administrators' alone on purpose`() async throws {
        let administratorsOnly: Set<String> = ["Lease"]
        try await SecureFixture.run { fixture in
            try await fixture.bind("admin")
            for type in ResourceTypes.all where type.namespaced {
                let prefix = type.group.isEmpty ? "/api/" : "/apis/"
                let path = "\(prefix)\(type.apiVersion)/namespaces/default/\(type.plural)"
                let code = try await fixture.code(fixture.user("alice"), path)
                #expect((code == 200) != administratorsOnly.contains(type.kind), "\(type.kind)")
            }
        }
    }

    @Test func `a refusal says who, what and where, as Kubernetes does`() async throws {
        try await SecureFixture.run { fixture in
            let cases = [
                (
                    AuthorizationTests.instances + "/web-0/exec",
                    #"instances.imm.dev "web-0" is forbidden: User "alice" cannot create resource "instances/exec" in "#
                        + #"API group "imm.dev" in the namespace "default""#
                ),
                (
                    "/apis/imm.dev/v1alpha1/instancesets?watch=1",
                    #"instancesets.imm.dev is forbidden: User "alice" cannot watch resource "instancesets" in API "#
                        + #"group "imm.dev" at the cluster scope"#
                ),
                (
                    AuthorizationTests.secrets,
                    #"secrets is forbidden: User "alice" cannot list resource "secrets" in API group "" in the "#
                        + #"namespace "default""#
                ),
            ]
            for (path, message) in cases {
                let answer = try await fixture.answer(fixture.user("alice"), path)
                #expect(answer.json["message"] == .string(message))
            }
        }
    }

    @Test func `a role that is taken away is gone with the next request`() async throws {
        try await SecureFixture.run { fixture in
            try await fixture.bind("view")
            #expect(try await fixture.code(fixture.user("alice"), setsPath) == 200)
            let reference = ObjectReference(RoleBinding.resourceType, namespace: "default", name: "alice-view")
            _ = try await fixture.local.delete(reference, DeleteOptions())
            #expect(try await fixture.code(fixture.user("alice"), setsPath) == 403)
        }
    }

    @Test func `a token is a subject of its own, or acts for a user`() async throws {
        try await SecureFixture.run { fixture in
            func token(_ body: JSONValue) async throws -> String? {
                try await fixture.answer(fixture.admin(), "/imm/v1/tokens", method: .post, body: body).json["token"]?
                    .stringValue
            }
            let own = try await token(["name": "ci"])
            let alices = try await token(["name": "alices", "user": "alice"])
            try await fixture.bind("view", kind: "Token", name: "ci")
            #expect(try await fixture.code(fixture.client(nil, token: own), setsPath) == 200)
            #expect(try await fixture.code(fixture.client(nil, token: alices), setsPath) == 403)
            try await fixture.bind("view")
            #expect(try await fixture.code(fixture.client(nil, token: alices), setsPath) == 200)
            // A person of that name is not the token.
            #expect(try await fixture.code(fixture.user("ci"), setsPath) == 403)
            #expect(try await fixture.code(fixture.user("imm:token:ci"), setsPath) == 401)
        }
    }

    @Test func `a name that merely looks like a subject's is not the subject's`() async throws {
        try await SecureFixture.run { fixture in
            _ = try await fixture.local.create(
                [
                    "apiVersion": "imm.dev/v1alpha1", "kind": "RoleBinding",
                    "metadata": ["name": "kelvin", "namespace": "default"],
                    "spec": ["subject": ["kind": "User", "name": "Kelvin"], "role": "view"],
                ], WriteOptions())
            #expect(try await fixture.code(fixture.user("Kelvin"), setsPath) == 200)
            // The Kelvin sign, which Unicode holds to be equivalent to the letter.
            #expect(try await fixture.code(fixture.user("\u{212A}elvin"), setsPath) == 403)
        }
    }

    @Test func `only an administrator acts as somebody else`() async throws {
        try await SecureFixture.run { fixture in
            let credential = try fixture.certificate("root", ["imm:admins"])
            let alice = try fixture.certificate("alice")
            func code(_ shown: Credential, _ headers: HTTPHeaders) async throws -> Int {
                let transport = HTTPTransport(
                    endpoint: .tcp(
                        base: fixture.url,
                        tls: TLSOptions(
                            certificateAuthority: .pem(Array(fixture.authority.credential.certificatePEM.utf8)),
                            clientCertificate: .pem(Array(shown.certificatePEM.utf8)),
                            clientKey: .pem(Array(shown.keyPEM.utf8)))))
                defer { transport.shutdown() }
                return try await transport.send(HTTPRequest(.get, setsPath, headers: headers)).status
            }
            #expect(try await code(credential, [:]) == 200)
            #expect(try await code(credential, ["Impersonate-User": "alice"]) == 403)
            try await fixture.bind("view")
            #expect(try await code(credential, ["Impersonate-User": "alice"]) == 200)
            #expect(try await code(alice, ["Impersonate-User": "root", "Impersonate-Group": "imm:admins"]) == 403)
            #expect(try await code(credential, ["Impersonate-Group": "imm:admins"]) == 400)
        }
    }
}
