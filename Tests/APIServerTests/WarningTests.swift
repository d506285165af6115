import APIServer
import HTTPTransport
import InfraAPI
import JSON
import ResourceAPI
import Testing

@Suite struct WarningTests {
    private func warnings(_ headers: HTTPHeaders) -> [String] {
        headers.fields.filter { $0.name.lowercased() == "warning" }.map(\.value)
    }

    @Test func `unknown fields come back as warnings, and are not stored`() async throws {
        try await ServedFixture.run { fixture in
            var body = setBody("web")
            body["spec"]?["foo"] = 1
            body["bar"] = ["x"]
            let made = try await fixture.ask(.post, setsPath, body.encodedString())
            #expect(made.code == 201 && made.json["spec"]?["foo"] == nil && made.json["bar"] == nil)
            #expect(
                warnings(made.headers) == [
                    #"299 - "unknown field \"spec.foo\"""#, #"299 - "unknown field \"bar\"""#,
                ])
            for (type, patch) in [
                ("application/merge-patch+json", #"{"spec":{"foo":2}}"#),
                ("application/json-patch+json", #"[{"op":"add","path":"/spec/foo","value":2}]"#),
                ("application/apply-patch+yaml", #"{"spec":{"foo":2}}"#),
            ] {
                let patched = try await fixture.ask(
                    .patch, "\(setsPath)/web?fieldManager=me&fieldValidation=Warn", patch, type: type)
                #expect(patched.code == 200)
                #expect(warnings(patched.headers) == [#"299 - "unknown field \"spec.foo\"""#], "\(type)")
                let strict = try await fixture.ask(
                    .patch, "\(setsPath)/web?fieldManager=me&fieldValidation=Strict", patch, type: type)
                #expect(strict.code == 400 && warnings(strict.headers).isEmpty, "\(type)")
                let ignored = try await fixture.ask(
                    .patch, "\(setsPath)/web?fieldManager=me&fieldValidation=Ignore", patch, type: type)
                #expect(ignored.code == 200 && warnings(ignored.headers).isEmpty, "\(type)")
            }
            let put = try await fixture.ask(.put, "\(setsPath)/web", body.encodedString())
            #expect(put.code == 200 && warnings(put.headers).count == 2)
        }
    }

    @Test func `warnings are bounded and cannot break the header`() async throws {
        try await ServedFixture.run { fixture in
            var body = setBody("web")
            body["a\r\nSet-Cookie: b\u{7F}"] = 1
            body[String(repeating: "long", count: 1000)] = 1
            for index in 0..<200 { body["field\(index)"] = 1 }
            let made = try await fixture.ask(.post, setsPath, body.encodedString())
            #expect(made.code == 201 && made.headers["Set-Cookie"] == nil)
            let all = warnings(made.headers)
            #expect(!all.isEmpty && all.allSatisfy { $0.utf8.count < 300 })
            #expect(all.map(\.utf8.count).reduce(0, +) < 5000)
        }
    }

    @Test func `the causes of a 422 name each field`() async throws {
        try await ServedFixture.run { fixture in
            var body = setBody("web")
            body["spec"]?["replicas"] = -1
            body["spec"]?["minReadySeconds"] = "soon"
            let (code, json, _) = try await fixture.ask(.post, setsPath, body.encodedString())
            #expect(code == 422 && json["reason"] == "Invalid")
            let details = json["details"]
            #expect(details?["kind"] == "InstanceSet" && details?["group"] == "imm.dev" && details?["name"] == "web")
            let causes = details?["causes"]?.arrayValue ?? []
            #expect(causes.contains { $0["field"] == "spec.replicas" && $0["reason"] == "FieldValueInvalid" })
            #expect(
                causes.contains { $0["field"] == "spec.minReadySeconds" && $0["reason"] == "FieldValueTypeInvalid" })
            #expect(json["message"]?.stringValue?.hasPrefix(#"InstanceSet.imm.dev "web" is invalid: ["#) == true)
        }
    }
}
