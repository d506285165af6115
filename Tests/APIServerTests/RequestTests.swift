import APIClient
import APIServer
import Ambient
import HTTPTransport
import InfraAPI
import JSON
import ResourceAPI
import Testing

@Suite struct RequestTests {
    @Test func `an unknown path is a 404 with a Status body`() async throws {
        try await ServedFixture.run { fixture in
            for path in [
                "/nothing", "/apis/imm.dev/v1alpha1/namespaces/default/walruses", "/apis/imm.dev/v2/instancesets",
                "/apis/imm.dev/v1alpha1/namespaces/default/providers/x", "/apis/imm.dev/v1alpha1/instancesets/x",
                "\(setsPath)/a/b", "\(setsPath)/a/status/b", "/apis/other.dev", "/api/v2", "\(setsPath)/a/log",
            ] {
                let (code, json, _) = try await fixture.ask(.get, path)
                #expect(code == 404, "\(path)")
                #expect(json["kind"] == "Status" && json["reason"] == "NotFound" && json["code"] == 404, "\(path)")
                #expect(json["message"]?.stringValue?.contains(path) == true)
            }
        }
    }

    @Test(arguments: [
        (HTTPRequest.Method.post, "\(setsPath)/web"), (.put, setsPath), (.patch, setsPath), (.post, "/version"),
        (.delete, "\(setsPath)/web/scale"), (.post, "\(setsPath)/web/status"), (.get, "\(setsPath)/web/plan"),
        (.post, "/apis/imm.dev/v1alpha1/instancesets"), (.head, setsPath),
    ])
    func `a wrong method is a 405`(method: HTTPRequest.Method, path: String) async throws {
        try await ServedFixture.run { fixture in
            let response = try await fixture.client.raw(method: method, path: path)
            #expect(response.status == 405)
            if method != .head {
                #expect(try JSONValue(parsing: response.body)["reason"] == "MethodNotAllowed")
            }
        }
    }

    @Test func `a body that is not acceptable JSON is a 400 with its place`() async throws {
        try await ServedFixture.run { fixture in
            let deep = String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
            for (body, hint) in [
                ("{\"a\":\n  nope}", "line 2, column"), ("", "end"), ("{\"a\":1,\"a\":2}", "\"a\""), (deep, "128"),
                ("[1]", "must be a JSON object"), ("{\"metadata\":[]}", "metadata must be an object"),
            ] {
                let (code, json, _) = try await fixture.ask(.post, setsPath, body)
                #expect(code == 400 && json["reason"] == "BadRequest", "\(body)")
                #expect(json["message"]?.stringValue?.contains(hint) == true, "\(json["message"] ?? .null)")
            }
        }
    }

    @Test func `an oversized body is a 413, and the server goes on`() async throws {
        try await ServedFixture.run { fixture in
            let body = "{\"a\":\"" + String(repeating: "x", count: 3 << 20) + "\"}"
            let (code, json, _) = try await fixture.ask(.post, setsPath, body)
            #expect(code == 413 && json["reason"] == "RequestEntityTooLarge")
            #expect(try await fixture.ask(.get, setsPath).code == 200)
        }
    }

    @Test func `headers beyond the limit are refused`() async throws {
        try await ServedFixture.run { fixture in
            let response = try await fixture.client.raw(
                method: .get, path: setsPath, accept: String(repeating: "a", count: 70_000))
            #expect(response.status == 400 || response.status == 431)
        }
    }

    @Test func `what the body says of its place must be what the path says`() async throws {
        try await ServedFixture.run { fixture in
            for (body, hint) in [
                (setBody("web", namespace: "other"), "the namespace of the provided object (other)"),
                (["kind": "Secret", "apiVersion": "v1"], "the API version in the data (v1)"),
                (["kind": "Volume"], "the kind in the data (Volume)"),
            ] {
                let (code, json, _) = try await fixture.ask(.post, setsPath, body.encodedString())
                #expect(code == 400)
                #expect(json["message"]?.stringValue?.contains(hint) == true, "\(json["message"] ?? .null)")
            }
            let (code, json, _) = try await fixture.ask(.put, "\(setsPath)/db", setBody("web").encodedString())
            #expect(code == 400)
            #expect(json["message"]?.stringValue?.contains("(web) does not match the name on the URL (db)") == true)
        }
    }

    @Test func `what the body leaves out of its place is taken from the path`() async throws {
        try await ServedFixture.run { fixture in
            let (code, json, _) = try await fixture.ask(
                .post, setsPath, #"{"metadata":{"name":"web"},"spec":{"template":{"spec":{"image":"nginx"}}}}"#)
            #expect(code == 201)
            #expect(json["kind"] == "InstanceSet" && json["metadata"]?["namespace"] == "default")
        }
    }

    @Test func `strict field validation names the field, warn and ignore let it pass`() async throws {
        try await ServedFixture.run { fixture in
            var body = setBody("web")
            body["spec"]?["replica"] = 3
            let text = body.encodedString()
            let (code, json, _) = try await fixture.ask(.post, "\(setsPath)?fieldValidation=Strict", text)
            #expect(code == 400 && json["kind"] == "Status")
            #expect(json["message"]?.stringValue?.contains(#"unknown field "spec.replica""#) == true)
            #expect(try await fixture.ask(.post, "\(setsPath)?fieldValidation=Warn&dryRun=All", text).code == 201)
            #expect(try await fixture.ask(.post, "\(setsPath)?dryRun=All", text).code == 201)
            #expect(try await fixture.ask(.post, "\(setsPath)?fieldValidation=Loud", text).code == 422)
            #expect(try await fixture.ask(.post, "\(setsPath)?dryRun=Some", text).code == 422)
        }
    }

    @Test func `a conflict says so with Kubernetes' words and details`() async throws {
        try await ServedFixture.run { fixture in
            let created = try await fixture.local.create(setBody("web"), WriteOptions())
            _ = try await fixture.ask(
                .patch, "\(setsPath)/web", #"{"spec":{"replicas":1}}"#, type: "application/merge-patch+json")
            let (code, json, _) = try await fixture.ask(.put, "\(setsPath)/web", created.encodedString())
            #expect(code == 409)
            #expect(json["status"] == "Failure" && json["reason"] == "Conflict")
            #expect(json["details"] == ["group": "imm.dev", "kind": "instancesets", "name": "web"])
            #expect(json["message"]?.stringValue?.contains("the object has been modified") == true)
        }
    }

    @Test func `the field manager of a write that names none is the program`() async throws {
        try await ServedFixture.run { fixture in
            let (_, json, _) = try await fixture.ask(.post, setsPath, setBody("web").encodedString())
            #expect(json["metadata"]?["managedFields"]?.arrayValue?.first?["manager"] == "tests")
        }
    }

    @Test func `percent-encoding in path and query is undone`() async throws {
        try await ServedFixture.run { fixture in
            _ = try await fixture.local.create(secretBody("a", labels: ["x/y": "b"]), WriteOptions())
            let list = try await fixture.ask(
                .get, "/api/v1/namespaces/def%61ult/secrets?labelSelector=x%2Fy+in+%28b%29")
            #expect(list.json["items"]?.arrayValue?.count == 1)
            #expect(try await fixture.ask(.get, "/api/v1/namespaces/def%zz/secrets").code == 400)
            #expect(try await fixture.ask(.get, "/api/v1/secrets?labelSelector=%ff").code == 400)
            #expect(try await fixture.ask(.get, "/api/v1/secrets?limit=-1").code == 400)
        }
    }

    @Test func `what is gone at once is told by a Status, and what finalizers hold is shown`() async throws {
        try await ServedFixture.run { fixture in
            let made = try await fixture.local.create(secretBody("a"), WriteOptions())
            let uid = try #require(made["metadata"]?["uid"])
            let path = "/api/v1/namespaces/default/secrets/a"
            for query in ["?dryRun=All", ""] {
                let (code, json, _) = try await fixture.ask(.delete, path + query)
                #expect(code == 200)
                #expect(
                    json == [
                        "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success",
                        "details": ["name": "a", "kind": "secrets", "uid": uid],
                    ])
            }
            #expect(try await fixture.ask(.get, path).code == 404)
            _ = try await fixture.local.create(setBody("web"), WriteOptions())
            let held = try await fixture.ask(.delete, "\(setsPath)/web", #"{"propagationPolicy":"Foreground"}"#)
            #expect(held.json["kind"] == "InstanceSet" && held.json["metadata"]?["deletionTimestamp"] != nil)
        }
    }

    @Test func `a new set says that it was not observed yet, whatever its creator says`() async throws {
        try await ServedFixture.run { fixture in
            var body = setBody("web")
            body["status"] = ["observedGeneration": 7, "replicas": 3]
            let made = try await fixture.ask(.post, setsPath, body.encodedString())
            #expect(made.code == 201 && made.json["status"] == ["observedGeneration": 0])
            let managers = made.json["metadata"]?["managedFields"]?.encodedString() ?? ""
            #expect(!managers.contains("observedGeneration"))
        }
    }

    @Test func `deletion options stand in the body or in the query`() async throws {
        try await ServedFixture.run { fixture in
            for name in ["a", "b", "c"] { _ = try await fixture.local.create(secretBody(name), WriteOptions()) }
            let path = "/api/v1/namespaces/default/secrets"
            let foreground = try await fixture.ask(.delete, "\(path)/a", #"{"propagationPolicy":"Foreground"}"#)
            #expect(foreground.json["metadata"]?["finalizers"] == ["foregroundDeletion"])
            let dry = try await fixture.ask(.delete, "\(path)/b?dryRun=All")
            #expect(dry.code == 200)
            #expect(try await fixture.ask(.get, "\(path)/b").code == 200)
            let wrong = try await fixture.ask(.delete, "\(path)/b", #"{"preconditions":{"uid":"x"}}"#)
            #expect(wrong.code == 409)
            #expect(try await fixture.ask(.delete, "\(path)/b?propagationPolicy=Whatever").code == 422)
            let all = try await fixture.ask(.delete, path + "?fieldSelector=metadata.name!=a")
            #expect(all.json["kind"] == "SecretList" && all.json["items"]?.arrayValue?.count == 2)
            #expect(try await fixture.ask(.get, path).json["items"]?.arrayValue?.count == 1)
        }
    }
}
