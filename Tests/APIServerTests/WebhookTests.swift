import APIClient
import APIServer
import Ambient
import HTTPTransport
import InfraAPI
import JSON
import PKI
import ResourceAPI
import Testing

@Suite struct WebhookTests {
    private typealias Hook = WebhookFixture

    @Test func `a signed push has the source look at its repository, over TLS and without any other authentication`()
        async throws
    {
        try await SecureFixture.run { fixture in
            try await Hook.make(in: fixture.local)
            let body = Hook.push()
            var headers = Hook.github(body)
            // What proves nothing does no harm here.
            headers["Authorization"] = "Bearer nobody"
            let client = HTTPTransport(
                endpoint: .tcp(
                    base: fixture.url,
                    tls: TLSOptions(
                        certificateAuthority: .pem(Array(fixture.authority.credential.certificatePEM.utf8)))))
            defer { client.shutdown() }
            let answer = try await client.send(
                HTTPRequest(.post, Hook.path, headers: headers, body: Array(body.utf8)))
            let json = try JSONValue(parsing: answer.body)
            #expect(answer.status == 202 && json["outcome"] == "Accepted")
            let source = try await fixture.local.get(GitSource.self, namespace: "default", name: "fleet")
            let token = try #require(source.metadata.annotations[GitSource.syncAnnotation])
            #expect(json["token"] == .string(token) && token.hasPrefix("webhook-"))
        }
    }

    @Test func `only this path is let through`() async throws {
        try await SecureFixture.run { fixture in
            try await Hook.make(in: fixture.local)
            let paths = ["/hooks", "/hooks/default", "/hooks/default/fleet/x", "/hook/default/fleet", "/imm/v1/tokens"]
            for path in paths {
                let answer = try await fixture.answer(fixture.client(nil), path, method: .post, body: [:])
                #expect(
                    answer.code == 401 && answer.json["message"]?.stringValue?.contains("bearer") == true, "\(path)")
            }
            for method in [HTTPRequest.Method.get, .put, .delete, .patch] {
                let known = try await fixture.answer(fixture.client(nil), Hook.path, method: method)
                let unknown = try await fixture.answer(fixture.client(nil), "/hooks/default/none", method: method)
                #expect(known.code == 405 && unknown.code == 405, "\(method)")
            }
        }
    }

    @Test func `who does not sign as the source wants it learns nothing`() async throws {
        try await Hook.run { hook in
            let local = hook.served.local
            try await Hook.make(in: local, name: "plain", secret: nil)
            try await Hook.make(in: local, name: "without-secret", secret: "gone")
            try await Hook.make(in: local, name: "gitea", type: .gitea)
            let body = Hook.push()
            let cases: [(path: String, headers: HTTPHeaders)] = [
                (Hook.path, [:]), (Hook.path, Hook.github(body, key: "other")), (Hook.path, Hook.github(body + " ")),
                ("/hooks/default/none", Hook.github(body)), ("/hooks/nowhere/fleet", Hook.github(body)),
                ("/hooks/default/plain", Hook.github(body)), ("/hooks/default/without-secret", Hook.github(body)),
                ("/hooks/default/gitea", Hook.github(body)), ("/hooks/de%2Ffault/..%2Ffleet", Hook.github(body)),
            ]
            var answers: Set<[UInt8]> = []
            for (path, headers) in cases {
                let answer = try await hook.post(headers, body, path: path)
                #expect(answer.code == 401, "\(path)")
                answers.insert(answer.bytes)
            }
            #expect(answers.count == 1, "all are told the same")
            #expect(try await hook.token() == nil)
        }
    }

    @Test func `a repeated delivery does nothing, under another name too`() async throws {
        try await Hook.run { hook in
            let body = Hook.push()
            #expect(try await hook.post(Hook.github(body), body).json["outcome"] == "Accepted")
            let token = try await hook.token()
            for delivery in ["d-1", "d-2"] {
                let again = try await hook.post(Hook.github(body, delivery: delivery), body)
                #expect(again.code == 200 && again.json["outcome"] == "Repeated", "\(delivery)")
            }
            #expect(try await hook.token() == token)
            let next = Hook.push(number: 2)
            #expect(try await hook.post(Hook.github(next, delivery: "d-3"), next).json["outcome"] == "Accepted")
            #expect(try await hook.token() != token)
        }
    }

    @Test func `a push of another branch does nothing, and says so`() async throws {
        try await Hook.run { hook in
            for ref in ["refs/heads/other", "refs/tags/main"] {
                let body = Hook.push(ref)
                let answer = try await hook.post(Hook.github(body), body)
                #expect(answer.code == 202 && answer.json["outcome"] == "Ignored")
                #expect(answer.json["message"] == .string("\(ref) is not what this source follows"))
            }
            #expect(try await hook.token() == nil)
        }
    }

    @Test func `a ping is answered, other events and suspended sources do nothing`() async throws {
        try await Hook.run { hook in
            let ping = #"{"zen":"Keep it logically awesome.","hook_id":1}"#
            let pong = try await hook.post(Hook.github(ping, event: "ping"), ping)
            #expect(pong.code == 200 && pong.json["outcome"] == "Pong")
            let issues = try await hook.post(Hook.github("{}", event: "issues"), "{}")
            #expect(issues.code == 202 && issues.json["outcome"] == "Ignored")
            _ = try await hook.served.local.mergePatch(
                ObjectReference(GitSource.resourceType, namespace: "default", name: "fleet"),
                ["spec": ["suspend": true]], nil, WriteOptions())
            let body = Hook.push()
            #expect(try await hook.post(Hook.github(body), body).json["message"] == "the source is suspended")
            #expect(try await hook.token() == nil)
        }
    }

    @Test func `GitHub's form is read as its JSON`() async throws {
        try await Hook.run { hook in
            for (ref, outcome) in [("refs%2Fheads%2Fother", "Ignored"), ("refs%2Fheads%2Fmain", "Accepted")] {
                let body = "payload=%7B%22ref%22%3A%22\(ref)%22%7D"
                let answer = try await hook.post(
                    Hook.github(body), body, type: "application/x-www-form-urlencoded; charset=utf-8")
                #expect(answer.json["outcome"] == .string(outcome))
            }
            let bad = try await hook.post(Hook.github("a=b"), "a=b", type: "application/x-www-form-urlencoded")
            #expect(bad.code == 400)
            let text = try await hook.post(Hook.github("nothing"), "nothing")
            #expect(text.code == 400 && text.json["reason"] == "BadRequest")
        }
    }

    @Test func `GitLab's pushes of branches and tags are told by their payload`() async throws {
        try await Hook.run(type: .gitlab, ref: nil) { hook in
            let headers: HTTPHeaders = ["X-Gitlab-Token": "key"]
            let cases = [
                (#"{"object_kind":"tag_push","ref":"refs/tags/main"}"#, "Ignored"),
                (#"{"object_kind":"push","ref":"refs/heads/x","project":{"default_branch":"main"}}"#, "Ignored"),
                (#"{"object_kind":"note"}"#, "Ignored"), (#"{"event_name":"project_create"}"#, "Ignored"),
                (#"{"object_kind":"push","ref":"refs/heads/main","project":{"default_branch":"main"}}"#, "Accepted"),
                (#"{"event_name":"push","ref":"refs/heads/main","project":{"default_branch":"main"}}"#, "Accepted"),
            ]
            for (body, outcome) in cases {
                let answer = try await hook.post(headers, body)
                #expect(answer.code == 202 && answer.json["outcome"] == .string(outcome), "\(body)")
            }
        }
    }

    @Test func `Gitea and a generic sender are understood`() async throws {
        try await Hook.run(type: .gitea) { hook in
            let body = Hook.push()
            let headers: HTTPHeaders = ["X-Gitea-Event": "push", "X-Gitea-Signature": sign("key", body)]
            let answers = [try await hook.post(headers, body), try await hook.post(headers, body)]
            #expect(answers.map { $0.json["outcome"] } == ["Accepted", "Repeated"])
        }
        try await Hook.run(type: .generic) { hook in
            let now = Surroundings.system.time.now.microsecondsSinceEpoch / 1_000_000
            for (body, outcome) in [
                (#"{"ref":"refs/heads/other"}"#, "Ignored"), (#"{"ref":"main"}"#, "Accepted"), ("", "Accepted"),
                ("new things", "Accepted"), ("new things", "Repeated"),
            ] {
                let header = "t=\(now),v1=\(sign("key", "\(now).\(body)"))"
                let answer = try await hook.post(["Imm-Signature": header], body, type: "text/plain")
                #expect(answer.json["outcome"] == .string(outcome), "\(body)")
            }
        }
    }

    @Test func `bodies and deliveries have limits`() async throws {
        var limits = APIServerLimits()
        limits.maxWebhookBodyBytes = 200
        limits.maxWebhooksPerMinute = 2
        try await Hook.run(limits: limits) { hook in
            for path in [Hook.path, "/hooks/default/none"] {
                let body = String(repeating: " ", count: 201)
                let answer = try await hook.post(Hook.github(body), body, path: path)
                #expect(answer.code == 413, "a large body is refused before anything else is looked at")
            }
            for number in 1...3 {
                let body = Hook.push(number: number)
                let answer = try await hook.post(Hook.github(body, delivery: "\(number)"), body)
                #expect(answer.code == (number < 3 ? 202 : 429))
                if number == 3 { #expect(answer.headers["Retry-After"] == "60") }
            }
            let forged = try await hook.post(Hook.github("{}", key: "other"), "{}")
            #expect(forged.code == 401, "the limit tells a stranger nothing")
        }
    }
}
