import APIClient
import APIServer
import HTTPTransport
import JSON
import Testing

@Suite struct SelfReviewTests {
    private static let access = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    private static let rules = "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews"
    private static let who = "/apis/authentication.k8s.io/v1/selfsubjectreviews"

    private func canI(_ fixture: SecureFixture, _ attributes: JSONValue) async throws -> Bool? {
        let answer = try await fixture.answer(
            fixture.user("alice"), SelfReviewTests.access, method: .post,
            body: [
                "kind": "SelfSubjectAccessReview", "apiVersion": "authorization.k8s.io/v1",
                "spec": ["resourceAttributes": attributes],
            ])
        #expect(answer.code == 201 && answer.json["kind"] == "SelfSubjectAccessReview")
        return answer.json["status"]?["allowed"]?.boolValue
    }

    @Test func `can-i answers as the request itself would be`() async throws {
        try await SecureFixture.run { fixture in
            try await fixture.bind("edit")
            func attributes(_ verb: String, _ resource: String, _ subresource: String = "") -> JSONValue {
                [
                    "namespace": "default", "verb": .string(verb), "group": "imm.dev", "resource": .string(resource),
                    "subresource": .string(subresource),
                ]
            }
            #expect(try await canI(fixture, attributes("list", "instancesets")) == true)
            #expect(try await canI(fixture, attributes("create", "instances", "exec")) == true)
            #expect(try await canI(fixture, attributes("get", "instances", "exec")) == false)
            #expect(try await canI(fixture, attributes("create", "rolebindings")) == false)
            #expect(try await canI(fixture, ["verb": "list", "group": "imm.dev", "resource": "instancesets"]) == false)
            #expect(
                try await canI(fixture, ["namespace": "default", "verb": "*", "group": "*", "resource": "*"]) == false)
        }
    }

    @Test func `an administrator can do everything`() async throws {
        try await SecureFixture.run { fixture in
            let answer = try await fixture.answer(
                fixture.admin(), SelfReviewTests.access, method: .post,
                body: ["spec": ["resourceAttributes": ["verb": "*", "group": "*", "resource": "*"]]])
            #expect(answer.json["status"]?["allowed"] == true)
        }
    }

    @Test func `the rules of a role are listed`() async throws {
        try await SecureFixture.run { fixture in
            try await fixture.bind("view")
            let answer = try await fixture.answer(
                fixture.user("alice"), SelfReviewTests.rules, method: .post, body: ["spec": ["namespace": "default"]])
            let rules = try #require(answer.json["status"]?["resourceRules"]?.arrayValue)
            #expect(answer.code == 201 && answer.json["status"]?["incomplete"] == false)
            #expect(rules.contains { $0["resources"]?.arrayValue?.contains("instancesets") == true })
            #expect(!rules.contains { $0["resources"]?.arrayValue?.contains("secrets") == true })
            let nowhere = try await fixture.answer(
                fixture.user("alice"), SelfReviewTests.rules, method: .post, body: ["spec": [:]])
            #expect(nowhere.code == 400)
        }
    }

    @Test func `whoami names the caller, its groups and how it is known`() async throws {
        try await SecureFixture.run { fixture in
            let client = fixture.client(try fixture.certificate("alice", ["team"]))
            let answer = try await fixture.answer(client, SelfReviewTests.who, method: .post, body: [:])
            let user = try #require(answer.json["status"]?["userInfo"])
            #expect(user["username"] == "alice" && user["groups"] == ["team", "system:authenticated"])
            #expect(user["extra"]?["imm.dev/authenticated-by"] == ["ClientCertificate"])
        }
    }

    @Test func `reviews are in discovery, and are made and never read`() async throws {
        try await SecureFixture.run { fixture in
            let list = try await fixture.answer(fixture.user("alice"), "/apis/authorization.k8s.io/v1")
            let names = list.json["resources"]?.arrayValue?.compactMap { $0["name"]?.stringValue }
            #expect(names == ["selfsubjectaccessreviews", "selfsubjectrulesreviews"])
            let groups = try await fixture.answer(fixture.user("alice"), "/apis")
            #expect(groups.json.encodedString().contains("authentication.k8s.io/v1"))
            #expect(try await fixture.code(fixture.admin(), SelfReviewTests.who) == 405)
            #expect(try await fixture.code(fixture.client(nil), SelfReviewTests.who) == 401)
        }
    }
}
