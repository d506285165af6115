import APIClient
import Ambient
import HTTPTransport
import InfraAPI
import JSON
import ResourceAPI
import Testing

@testable import APIServer

@Suite struct DiscoveryTests {
    @Test func `plain discovery lists every kind with its subresources`() async throws {
        try await ServedFixture.run { fixture in
            #expect(try await fixture.ask(.get, "/api").json["versions"] == ["v1"])
            let groups = try await fixture.ask(.get, "/apis").json["groups"]?.arrayValue ?? []
            #expect(
                groups.compactMap { $0["name"]?.stringValue }
                    == [
                        "imm.dev", "coordination.k8s.io", "events.k8s.io", "authorization.k8s.io",
                        "authentication.k8s.io",
                    ])
            var found = 0
            for path in ["/api/v1", "/apis/imm.dev/v1alpha1", "/apis/coordination.k8s.io/v1", "/apis/events.k8s.io/v1"]
            {
                let list = try await fixture.ask(.get, path).json
                #expect(list["kind"] == "APIResourceList")
                let resources = try #require(list["resources"]?.arrayValue)
                found += resources.count { $0["name"]?.stringValue?.contains("/") == false }
            }
            #expect(found == ResourceTypes.all.count + ResourceTypes.views.count + ViewedKinds.all.count)
            let names =
                try await fixture.ask(.get, "/apis/imm.dev/v1alpha1").json["resources"]?.arrayValue?
                .compactMap { $0["name"]?.stringValue } ?? []
            for name in ["instancesets", "instancesets/status", "instancesets/scale", "instances/log"] {
                #expect(names.contains(name), "\(name)")
            }
            #expect(try await fixture.ask(.get, "/apis/imm.dev").json["kind"] == "APIGroup")
        }
    }

    @Test func `aggregated discovery is served to those who ask for v2`() async throws {
        try await ServedFixture.run { fixture in
            let accept =
                "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,"
                + "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json"
            let (_, json, headers) = try await fixture.ask(.get, "/apis", accept: accept)
            #expect(headers["Content-Type"] == "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList")
            let groups = try #require(json["items"]?.arrayValue)
            let ours = try #require(groups.first { $0["metadata"]?["name"] == "imm.dev" })
            let sets = ours["versions"]?.arrayValue?.first?["resources"]?.arrayValue?
                .first { $0["resource"] == "instancesets" }
            #expect(sets?["scope"] == "Namespaced" && sets?["shortNames"] == ["iset"] && sets?["categories"] == ["imm"])
            #expect(sets?["responseKind"] == ["group": "imm.dev", "version": "v1alpha1", "kind": "InstanceSet"])
            #expect(try await fixture.ask(.get, "/api", accept: accept).json["items"]?.arrayValue?.count == 1)
            let beta = try await fixture.ask(
                .get, "/apis",
                accept: "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json")
            #expect(beta.json["kind"] == "APIGroupList")
        }
    }

    @Test func `the version names the Kubernetes release that is followed, and imm's own`() async throws {
        try await ServedFixture.run { fixture in
            for path in ["/version", "/version/"] {
                let version = try await fixture.ask(.get, path).json["gitVersion"]?.stringValue
                #expect(version?.hasPrefix("v1.") == true && version?.hasSuffix("+imm-0.0.1") == true)
            }
            #expect(try await fixture.ask(.get, "/").json["paths"]?.arrayValue?.contains("/apis") == true)
        }
    }
}
