import APIClient
import Ambient
import DockerEngine
import HTTPTransport
import InfraAPI
import JSON
import ResourceAPI
import Testing

extension EndToEnd {
    @Suite struct ProcessTests {
        @Test func `the log of an instance comes through the API, as it was and as it goes on`() async throws {
            try await Bed.with { bed in
                var manifest = Manifest(try await bed.image("v1"))
                manifest.replicas = 1
                manifest.command = [
                    "/bin/sh", "-c", "trap 'exit 0' TERM; n=0; while :; do n=$((n+1)); echo line $n; sleep 0.1; done",
                ]
                try await bed.apply(manifest)
                let instance = try #require(try await bed.settled("web").instances.first)
                let reference = ObjectReference(Instance.resourceType, namespace: "default", name: instance.name)
                var whole = ""
                try await bed.wait(for: "web", "three lines of the log") { _ in
                    whole = try await bed.text(of: try await bed.client.logs(reference, LogRequest()))
                    return whole.split(separator: "\n").count >= 3
                }
                #expect(whole.hasPrefix("line 1\nline 2\n"))
                let tail = try await bed.text(of: try await bed.client.logs(reference, LogRequest(tailLines: 2)))
                #expect(tail.split(separator: "\n").count == 2)

                let followed = try await bed.client.logs(reference, LogRequest(follow: true, tailLines: 1))
                var seen = ""
                while seen.split(separator: "\n").count < 5, let chunk = try await followed.next() {
                    seen += String(decoding: chunk, as: UTF8.self)
                }
                followed.cancel()
                let numbers = seen.split(separator: "\n").compactMap { Int($0.dropFirst("line ".count)) }
                let first = try #require(numbers.first)
                #expect(numbers == Array(first..<(first + numbers.count)))

                let nobody = ObjectReference(Instance.resourceType, namespace: "default", name: "nobody")
                let error = await #expect(throws: APIStatus.self) {
                    _ = try await bed.client.logs(nobody, LogRequest())
                }
                #expect(error?.code == 404)
            }
        }

        @Test
        func `SIGTERM ends immd in order in the middle of a rollout, with a watch open, and it goes on afterwards`()
            async throws
        {
            try await Bed.with { bed in
                var manifest = Manifest.writers(try await bed.image("v1"))
                try await bed.apply(manifest)
                let first = try await bed.settled("db")
                manifest.image = try await bed.image("v2")
                try await bed.apply(manifest)
                try await bed.wait(for: "db", "the rollout runs") { $0.instances != first.instances }
                let watch = try await bed.client.watch(InstanceSet.resourceType, in: "default", WatchOptions())
                _ = try await watch.next()
                let exit = try await bed.daemon.stop()
                #expect(exit == .code(0), "\(bed.daemon.log.lastLines(10))")
                watch.cancel()
                // The instances run on without their controller.
                let running = try await bed.containers().filter { $0.state == "running" }
                #expect(running.count >= 2)

                try await bed.daemon.start()
                let second = try await bed.settled("db", after: first.set?.status.updateRevision, .seconds(60))
                try await bed.written(second, by: "v2")
                try await bed.expectNothingLeaked(second)
            }
        }
    }
}

extension Bed {
    func text(of log: LogText) async throws -> String {
        var bytes: [UInt8] = []
        while let chunk = try await log.next() { bytes += chunk }
        return String(decoding: bytes, as: UTF8.self)
    }
}
