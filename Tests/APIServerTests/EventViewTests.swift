import APIClient
import APIServer
import HTTPTransport
import InfraAPI
import JSON
import ResourceAPI
import Testing

/// Events are one store under two groups.
@Suite struct EventViewTests {
    private let older = "/api/v1/namespaces/default/events"
    private let newer = "/apis/events.k8s.io/v1/namespaces/default/events"

    private func event(_ name: String) -> JSONValue {
        [
            "apiVersion": "v1", "kind": "Event", "metadata": ["name": .string(name), "namespace": "default"],
            "involvedObject": ["kind": "InstanceSet", "name": "web", "namespace": "default"], "reason": "Started",
            "message": "it runs", "reportingComponent": "immd", "count": 3,
            "lastTimestamp": "2027-01-15T08:00:00Z",
        ]
    }

    @Test func `an Event of v1 is read under events.k8s.io in its words`() async throws {
        try await ServedFixture.run { fixture in
            _ = try await fixture.local.create(event("a"), WriteOptions())
            let json = try await fixture.ask(.get, "\(newer)/a").json
            #expect(json["apiVersion"] == "events.k8s.io/v1" && json["kind"] == "Event")
            #expect(json["regarding"]?["name"] == "web" && json["note"] == "it runs")
            #expect(json["reportingController"] == "immd" && json["deprecatedCount"] == 3)
            #expect(json["deprecatedLastTimestamp"] == "2027-01-15T08:00:00Z" && json["message"] == nil)
            #expect(json["eventTime"] == .some(.null))
            let list = try await fixture.ask(.get, "\(newer)?fieldSelector=regarding.name=web,reason=Started").json
            #expect(list["kind"] == "EventList" && list["items"]?.arrayValue?.first?["note"] == "it runs")
            let none = try await fixture.ask(.get, "\(newer)?fieldSelector=reportingController=other").json
            #expect(none["items"] == [])
            let table = try await fixture.ask(.get, newer, accept: "application/json;as=Table;v=v1;g=meta.k8s.io").json
            #expect(table["rows"]?.arrayValue?.first?["cells"]?.arrayValue?.contains("InstanceSet/web") == true)
        }
    }

    @Test func `an Event of events.k8s.io is stored as a v1 Event`() async throws {
        try await ServedFixture.run { fixture in
            let body: JSONValue = [
                "metadata": ["name": "b"], "eventTime": "2027-01-15T08:00:00.000000Z", "action": "Start",
                "reportingController": "kopf", "reportingInstance": "kopf-1", "reason": "Started", "type": "Normal",
                "regarding": ["kind": "InstanceSet", "name": "web", "namespace": "default"], "note": "it runs",
            ]
            let made = try await fixture.ask(.post, newer, body.encodedString())
            #expect(made.code == 201 && made.json["note"] == "it runs", "\(made.json)")
            let stored = try await fixture.ask(.get, "\(older)/b").json
            #expect(stored["apiVersion"] == "v1" && stored["involvedObject"]?["name"] == "web")
            #expect(stored["message"] == "it runs" && stored["reportingComponent"] == "kopf")
            let accept = "application/json;as=Table;v=v1;g=meta.k8s.io"
            for path in [older, newer] {
                let cells = try await fixture.ask(.get, path, accept: accept).json["rows"]?.arrayValue?.first?["cells"]
                #expect(cells?.arrayValue?[1].isNull == false, "eventTime stands in for the missing last time")
            }
            let patched = try await fixture.ask(
                .patch, "\(newer)/b", #"{"note":"it still runs","deprecatedCount":2}"#,
                type: "application/merge-patch+json")
            #expect(patched.code == 200 && patched.json["note"] == "it still runs")
            #expect(try await fixture.ask(.get, "\(older)/b").json["count"] == 2)
            #expect(try await fixture.ask(.delete, "\(newer)/b").code == 200)
            #expect(try await fixture.ask(.get, "\(older)/b").code == 404)
        }
    }
}
