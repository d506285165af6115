import APIClient
import Ambient
import HTTPTransport
import InfraAPI
import JSON
import ResourceAPI
import Testing

@Suite struct RepresentationTests {
    /// What kubectl sends.
    private static let kubectl =
        "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,"
        + "application/json"

    @Test func `a list as a Table has the kind's columns and a row an object`() async throws {
        try await ServedFixture.run { fixture in
            _ = try await fixture.local.create(setBody("web"), WriteOptions())
            let (code, table, headers) = try await fixture.ask(
                .get, "\(setsPath)?limit=500", accept: RepresentationTests.kubectl)
            #expect(code == 200 && headers["Content-Type"] == "application/json")
            #expect(table["kind"] == "Table" && table["apiVersion"] == "meta.k8s.io/v1")
            let columns = table["columnDefinitions"]?.arrayValue?.compactMap { $0["name"]?.stringValue } ?? []
            #expect(columns.first == "Name" && columns.contains("Age") && columns.count > 4)
            let rows = try #require(table["rows"]?.arrayValue)
            #expect(rows.count == 1 && rows[0]["cells"]?.arrayValue?.count == columns.count)
            #expect(rows[0]["cells"]?.arrayValue?.first == "web")
            #expect(rows[0]["object"]?["kind"] == "PartialObjectMetadata")
            #expect(table["metadata"]?["resourceVersion"]?.stringValue != nil)
            let typed = try await fixture.client.getTable(InstanceSet.resourceType, in: "default", name: "web")
            #expect(typed["rows"]?.arrayValue?.count == 1)
        }
    }

    @Test func `the rows of a Table carry what includeObject asks for`() async throws {
        try await ServedFixture.run { fixture in
            _ = try await fixture.local.create(setBody("web"), WriteOptions())
            for (included, kind) in [("Object", "InstanceSet" as JSONValue?), ("None", nil)] {
                let path = "\(setsPath)?includeObject=\(included)"
                let (_, table, _) = try await fixture.ask(.get, path, accept: RepresentationTests.kubectl)
                #expect(table["rows"]?.arrayValue?.first?["object"]?["kind"] == kind)
            }
            #expect(try await fixture.ask(.get, "\(setsPath)?includeObject=Much").code == 400)
        }
    }

    @Test func `metadata alone is served for get, list and watch`() async throws {
        try await ServedFixture.run { fixture in
            _ = try await fixture.local.create(setBody("web"), WriteOptions())
            let one = try await fixture.ask(
                .get, "\(setsPath)/web", accept: "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1")
            #expect(one.json.objectValue?.keys == ["apiVersion", "kind", "metadata"])
            #expect(one.json["metadata"]?["name"] == "web")
            let list = try await fixture.ask(
                .get, setsPath, accept: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1")
            #expect(list.json["kind"] == "PartialObjectMetadataList" && list.json["items"]?.arrayValue?.count == 1)
        }
    }

    @Test func `a media type that cannot be served is a 406`() async throws {
        try await ServedFixture.run { fixture in
            for accept in [
                "application/vnd.kubernetes.protobuf", "application/json;as=Table;v=v1;g=other", "text/html",
            ] {
                let (code, json, _) = try await fixture.ask(.get, setsPath, accept: accept)
                #expect(code == 406 && json["reason"] == "NotAcceptable")
            }
            for accept in [
                "", "*/*", "application/*", "text/html, application/json;q=0.1",
                "application/vnd.kubernetes.protobuf,application/json",
            ] {
                #expect(try await fixture.ask(.get, setsPath, accept: accept).json["kind"] == "InstanceSetList")
            }
        }
    }

    @Test func `list parameters that Kubernetes refuses are refused`() async throws {
        try await ServedFixture.run { fixture in
            for query in [
                "resourceVersionMatch=Exact", "resourceVersion=1&resourceVersionMatch=Some",
                "resourceVersion=0&resourceVersionMatch=Exact", "sendInitialEvents=true",
                "continue=x&resourceVersion=1&resourceVersionMatch=Exact",
            ] {
                let (code, json, _) = try await fixture.ask(.get, "\(setsPath)?\(query)")
                #expect(code == 422 && json["reason"] == "Invalid", "\(query)")
            }
            #expect(try await fixture.ask(.get, "\(setsPath)?resourceVersion=abc").code == 400)
            let future = try await fixture.ask(.get, "\(setsPath)?resourceVersion=999")
            #expect(future.code == 504)
            #expect(future.json["details"]?["causes"]?.arrayValue?.first?["reason"] == "ResourceVersionTooLarge")
            #expect(future.headers["Retry-After"] == "1")
            _ = try await fixture.local.create(setBody("web"), WriteOptions())
            #expect(try await fixture.ask(.get, "\(setsPath)/web?resourceVersion=999").code == 504)
            #expect(try await fixture.ask(.get, "\(setsPath)/web?resourceVersion=2").code == 200)
            let old = try await fixture.ask(.get, "\(setsPath)?resourceVersion=1&resourceVersionMatch=NotOlderThan")
            #expect(old.code == 200)
        }
    }
}
