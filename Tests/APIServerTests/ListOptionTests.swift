import APIClient
import APIServer
import HTTPTransport
import InfraAPI
import JSON
import ObjectStore
import ResourceAPI
import Testing

@Suite struct ListOptionTests {
    private let secrets = "/api/v1/namespaces/default/secrets"

    private func names(_ json: JSONValue) -> [String] {
        (json["items"]?.arrayValue ?? []).compactMap { $0["metadata"]?["name"]?.stringValue }
    }

    @Test func `the last page does not say how many are left`() async throws {
        try await ServedFixture.run { fixture in
            for name in ["a", "b", "c"] { _ = try await fixture.local.create(secretBody(name), WriteOptions()) }
            let first = try await fixture.ask(.get, secrets + "?limit=2").json
            #expect(first["metadata"]?["remainingItemCount"] == 1 && names(first) == ["a", "b"])
            let token = try #require(first["metadata"]?["continue"]?.stringValue)
            _ = try await fixture.local.create(secretBody("b2"), WriteOptions())
            let second = try await fixture.ask(.get, secrets + "?limit=2&continue=\(token)").json
            #expect(names(second) == ["c"], "a page shows the snapshot of the first")
            #expect(second["metadata"]?["remainingItemCount"] == nil && second["metadata"]?["continue"] == nil)
            #expect(second["metadata"]?["resourceVersion"] == first["metadata"]?["resourceVersion"])
            let all = try await fixture.ask(.get, secrets).json
            #expect(all["metadata"]?["remainingItemCount"] == nil)
            #expect(all["items"]?.arrayValue?.first?["kind"] == "Secret")
        }
    }

    @Test func `a list of an exact version shows that version`() async throws {
        try await ServedFixture.run { fixture in
            _ = try await fixture.local.create(secretBody("a"), WriteOptions())
            let before = try await fixture.ask(.get, secrets).json
            let version = try #require(before["metadata"]?["resourceVersion"]?.stringValue)
            _ = try await fixture.local.create(secretBody("b"), WriteOptions())
            let path = secrets + "?resourceVersion=\(version)&resourceVersionMatch="
            #expect(try await fixture.ask(.get, path + "Exact").json == before)
            #expect(names(try await fixture.ask(.get, path + "NotOlderThan").json) == ["a", "b"])
            let future = try await fixture.ask(.get, secrets + "?resourceVersion=999999&resourceVersionMatch=Exact")
            #expect(future.code == 504)
            #expect(future.json["details"]?["causes"]?.arrayValue?.first?["reason"] == "ResourceVersionTooLarge")
            let later = try await fixture.ask(.get, secrets + "?resourceVersion=999999")
            #expect(later.code == 504)
            #expect(try await fixture.ask(.get, secrets + "?resourceVersion=x").code == 400)
            #expect(try await fixture.ask(.get, secrets + "?resourceVersion=1&continue=x").code == 400)
        }
    }

    @Test func `what is kept no longer has expired: versions, continue tokens and watches`() async throws {
        var limits = StoreLimits()
        limits.retainedVersions = 2
        limits.retainedAge = .zero
        try await ServedFixture.run(storeLimits: limits) { fixture in
            for name in ["a", "b", "c"] { _ = try await fixture.local.create(secretBody(name), WriteOptions()) }
            let first = try await fixture.ask(.get, secrets + "?limit=1").json
            let token = try #require(first["metadata"]?["continue"]?.stringValue)
            let version = try #require(first["metadata"]?["resourceVersion"]?.stringValue)
            for index in 0..<50 { _ = try await fixture.local.create(secretBody("x\(index)"), WriteOptions()) }
            for path in [
                "?limit=1&continue=\(token)", "?resourceVersion=\(version)&resourceVersionMatch=Exact",
                "?watch=true&resourceVersion=\(version)",
            ] {
                let answer = try await fixture.ask(.get, secrets + path)
                #expect(answer.code == 410 && answer.json["reason"] == "Expired", "\(path)")
            }
        }
    }

    @Test func `a dry run of a deletion, of one object or of a collection, deletes nothing`() async throws {
        try await ServedFixture.run { fixture in
            for name in ["a", "b"] { _ = try await fixture.local.create(secretBody(name), WriteOptions()) }
            let all = try await fixture.ask(.delete, secrets + "?dryRun=All")
            #expect(all.code == 200 && names(all.json) == ["a", "b"] && all.json["kind"] == "SecretList")
            #expect(try await fixture.ask(.delete, secrets + "/a", #"{"dryRun":["All"]}"#).code == 200)
            #expect(names(try await fixture.ask(.get, secrets).json) == ["a", "b"])
            #expect(try await fixture.ask(.delete, secrets, #"{"dryRun":["Some"]}"#).code == 422)
            #expect(names(try await fixture.ask(.delete, secrets + "?labelSelector=x").json) == [])
            #expect(names(try await fixture.ask(.delete, secrets).json) == ["a", "b"])
            #expect(names(try await fixture.ask(.get, secrets).json) == [])
        }
    }

    @Test func `both forms of a propagation policy at once are refused`() async throws {
        try await ServedFixture.run { fixture in
            _ = try await fixture.local.create(secretBody("a"), WriteOptions())
            let both = try await fixture.ask(
                .delete, secrets + "/a", #"{"orphanDependents":true,"propagationPolicy":"Orphan"}"#)
            #expect(both.code == 422)
            let tolerated = try await fixture.ask(.delete, secrets + "/a", #"{"gracePeriodSeconds":30}"#)
            #expect(tolerated.code == 200)
        }
    }
}
