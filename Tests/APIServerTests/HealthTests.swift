import APIClient
import APIServer
import Ambient
import HTTPTransport
import JSON
import ResourceAPI
import Telemetry
import Testing

@Suite struct HealthTests {
    private func text(_ path: String, _ fixture: ServedFixture) async throws -> (Int, String) {
        let response = try await fixture.client.raw(method: .get, path: path, accept: "*/*")
        return (response.status, String(decoding: response.body, as: UTF8.self))
    }

    @Test func `checks are told by name, and can be asked for or left out one by one`() async throws {
        let trouble = Guarded<String?>("the database is locked")
        let endpoints = DaemonEndpoints(healthChecks: [
            HealthCheck("store") { trouble.withLock { $0 } }, HealthCheck("threads", .dead) { nil },
        ])
        try await ServedFixture.run(endpoints: endpoints) { fixture in
            #expect(try await text("/livez", fixture) == (200, "ok"))
            #expect(
                try await text("/livez?verbose", fixture)
                    == (200, "[+]ping ok\n[+]threads ok\nlivez check passed\n"))
            let notReady = try await text("/readyz", fixture)
            #expect(notReady.0 == 500)
            #expect(
                notReady.1
                    == "[+]ping ok\n[+]shutdown ok\n[-]store failed: the database is locked\n[+]threads ok\n"
                    + "readyz check failed\n")
            #expect(try await text("/readyz?exclude=store", fixture) == (200, "ok"))
            let unknown = try await text("/readyz?exclude=store&exclude=moon&verbose=true", fixture)
            #expect(unknown.0 == 200 && unknown.1.contains("[+]store excluded: ok"))
            #expect(unknown.1.contains("no matches for \"moon\""))
            #expect(try await text("/readyz/threads", fixture) == (200, "ok"))
            #expect(try await text("/readyz/store", fixture).0 == 500)
            #expect(try await text("/livez/store", fixture).0 == 404)
            trouble.withLock { $0 = nil }
            #expect(try await text("/readyz", fixture) == (200, "ok"))
            #expect(try await text("/healthz/ping", fixture) == (200, "ok"))
        }
    }

    @Test func `requests are counted by verb, resource and code`() async throws {
        try await ServedFixture.run { fixture in
            _ = try await fixture.ask(.post, setsPath, setBody("web").encodedString())
            _ = try await fixture.ask(.post, setsPath, setBody("web").encodedString())
            _ = try await fixture.ask(.get, "\(setsPath)/web/scale")
            _ = try await fixture.ask(.get, "/apis/imm.dev/v1alpha1/namespaces/default/walruses/x")
            let response = try await fixture.client.raw(method: .get, path: "/metrics", accept: "*/*")
            #expect(response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8")
            let lines = String(decoding: response.body, as: UTF8.self).split(separator: "\n").map(String.init)
            func has(_ line: String) -> Bool { lines.contains(line) }
            let name = "imm_apiserver_requests_total"
            #expect(has("# TYPE \(name) counter"))
            #expect(has(#"\#(name){verb="create",resource="instancesets.imm.dev",code="201"} 1"#))
            #expect(has(#"\#(name){verb="create",resource="instancesets.imm.dev",code="409"} 1"#))
            #expect(has(#"\#(name){verb="get",resource="instancesets.imm.dev/scale",code="200"} 1"#))
            #expect(has(#"\#(name){verb="get",resource="",code="404"} 1"#))
            let duration = "imm_apiserver_request_duration_seconds"
            #expect(has(#"\#(duration)_bucket{verb="create",resource="instancesets.imm.dev",le="+Inf"} 2"#))
            #expect(has(#"\#(duration)_count{verb="create",resource="instancesets.imm.dev"} 2"#))
            #expect(has("imm_apiserver_open_streams 0"))
        }
    }
}
