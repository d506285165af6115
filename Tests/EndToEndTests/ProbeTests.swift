import APIClient
import Ambient
import DockerEngine
import HTTPTransport
import InfraAPI
import JSON
import ResourceAPI
import Testing

extension EndToEnd {
    @Suite struct ProbeTests {
        @Test func `a page that is not served holds the release back, and one that is lets it go on`() async throws {
            try await Bed.with { bed in
                var manifest = Manifest(try await bed.image("v1"))
                manifest.network = "bridge"
                manifest.replicas = 2
                manifest.command = ["/bin/httpd", "-f", "-p", "8080", "-h", "/www"]
                manifest.strategy = ["maxSurge": 1, "maxUnavailable": 0]
                manifest.template = HTTPProbe.template(path: "/index.html")
                try await bed.apply(manifest)
                let first = try await bed.settled("web")
                for instance in first.instances {
                    let port = try #require(instance.status.ports.first)
                    #expect(port.containerPort == 8080 && port.hostPort > 0)
                }

                manifest.template = HTTPProbe.template(path: "/missing.html")
                try await bed.apply(manifest)
                let held = try await bed.wait(for: "web", "an incoming instance that is not ready") { fleet in
                    fleet.instances.contains { $0.spec.revision == fleet.set?.status.updateRevision }
                        && fleet.set?.status.observedGeneration == fleet.set?.metadata.generation
                        && fleet.instances.count == 3
                }
                try await Task.sleep(for: .seconds(3))
                let still = try await bed.fleet("web")
                #expect(still.ids.isSuperset(of: first.ids))
                #expect(still.set?.status.availableReplicas == 2)
                #expect(still.condition("Ready")?.status == .false)
                #expect(held.instances.count == 3)

                manifest.template = HTTPProbe.template(path: "/index.html?new")
                try await bed.apply(manifest)
                let second = try await bed.settled("web", after: still.set?.status.updateRevision)
                #expect(second.ids.isDisjoint(with: still.ids))
                try await bed.expectNothingLeaked(second)
            }
        }

        @Test func `a command in the instance decides when it is ready`() async throws {
            try await Bed.with { bed in
                var manifest = Manifest(try await bed.image("v1"))
                manifest.replicas = 1
                manifest.template = [
                    "writablePaths": ["/tmp"],
                    "readinessProbe": ["exec": ["command": ["/bin/test", "-f", "/tmp/ready"]], "periodSeconds": 1],
                ]
                try await bed.apply(manifest)
                let running = try await bed.wait(for: "web", "it runs") { fleet in
                    fleet.instances.first?.status.startedAt != nil
                }
                try await bed.wait(for: "web", "the failing probe is told") {
                    $0.condition("Reconciling")?.reason == "NotReady"
                }
                try await Task.sleep(for: .seconds(2))
                let waiting = try await bed.fleet("web")
                #expect(waiting.set?.status.readyReplicas == 0)
                #expect(waiting.set?.status.availableReplicas == 0)
                #expect(waiting.condition("Ready")?.status == .false)
                #expect(waiting.condition("Reconciling")?.reason == "NotReady", "\(waiting)")
                _ = try await bed.run("touch /tmp/ready", in: try #require(running.instances.first))
                let ready = try await bed.settled("web")
                #expect(ready.ids == running.ids, "it was replaced while it got ready")
                #expect(ready.instances.first?.status.readySince != nil)
            }
        }
    }
}

private enum HTTPProbe {
    static func template(path: String) -> JSONValue {
        [
            "ports": [["name": "http", "containerPort": 8080]],
            "readinessProbe": ["httpGet": ["path": .string(path), "port": "http"], "periodSeconds": 1],
        ]
    }
}
