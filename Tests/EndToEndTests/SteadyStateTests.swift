import APIClient
import Ambient
import DockerEngine
import HTTPTransport
import InfraAPI
import JSON
import ResourceAPI
import Testing

extension EndToEnd {
    @Suite struct SteadyStateTests {
        @Test func `applying the same again writes nothing and asks nothing of the engine`() async throws {
            try await Bed.with { bed in
                let manifest = Manifest.writers(try await bed.image("v1"), replicas: 2)
                try await bed.apply(manifest)
                try await bed.settled("db")
                let before = try await bed.quietVersions()
                let logged = bed.daemon.log.utf8.count
                let since = SystemTime().now
                for _ in 1...3 { try await bed.apply(manifest) }
                try await Task.sleep(for: .seconds(3))
                #expect(try await bed.versions() == before)
                #expect(try await bed.events(since: since, until: SystemTime().now).map(\.action) == [])
                let lines = String(decoding: bed.daemon.log.utf8.dropFirst(logged), as: UTF8.self).split(
                    separator: "\n")
                #expect(lines.filter { $0.contains(" step") } == [])
            }
        }

        @Test func `a tag that moved changes nothing until somebody asks for it`() async throws {
            try await Bed.with { bed in
                let image = try await bed.image("latest", content: "old")
                let manifest = Manifest(image)
                try await bed.apply(manifest)
                let first = try await bed.settled("web")
                let versions = try await bed.quietVersions()

                try await bed.image("latest", content: "new")
                try await bed.apply(manifest)
                try await Task.sleep(for: .seconds(2))
                #expect(try await bed.versions() == versions)
                let same = try await bed.settled("web")
                #expect(same.ids == first.ids)
                // A slot that is added joins the generation that runs.
                var larger = manifest
                larger.replicas = 4
                try await bed.apply(larger)
                let four = try await bed.settled("web")
                let newest = try #require(four.instances.last)
                #expect(try await bed.run("cat /VERSION", in: newest) == "old")

                try await bed.patch("web", ["metadata": ["annotations": ["imm.dev/resolve": "1"]]])
                let second = try await bed.settled("web", after: first.set?.status.updateRevision)
                #expect(second.set?.status.resolveToken == "1")
                #expect(second.ids.isDisjoint(with: four.ids))
                for instance in second.instances {
                    #expect(try await bed.run("cat /VERSION", in: instance) == "new")
                }
                // The same token again asks for nothing.
                let after = try await bed.quietVersions()
                try await bed.patch("web", ["metadata": ["annotations": ["imm.dev/resolve": "1"]]])
                try await Task.sleep(for: .seconds(1))
                #expect(try await bed.versions() == after)
            }
        }
    }
}

extension Bed {
    /// The resourceVersion of every object of ours, by kind and name.
    func versions() async throws -> [String: String] {
        var versions: [String: String] = [:]
        for type in ResourceTypes.all where type.kind != "Event" && type.kind != "Lease" {
            for item in try await client.list(type, in: nil, ListOptions()).items {
                let name = item["metadata"]?["name"]?.stringValue ?? ""
                versions["\(type.kind) \(name)"] = item["metadata"]?["resourceVersion"]?.stringValue
            }
        }
        return versions
    }

    /// The same, once it stays as it is for a second.
    func quietVersions() async throws -> [String: String] {
        var last = try await versions()
        for _ in 1...30 {
            try await Task.sleep(for: .seconds(1))
            let now = try await versions()
            if now == last { return now }
            last = now
        }
        throw Failure("the objects change for ever: \(last)")
    }
}
