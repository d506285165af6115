import APIClient
import Ambient
import DockerEngine
import Glibc
import InfraAPI
import Testing

extension EndToEnd {
    @Suite struct CommandTests {
        @Test func `a release is planned, applied, watched, resolved again, undone, scaled and deleted by immctl`()
            async throws
        {
            try await Bed.with { bed in
                let image = try await bed.image("latest", content: "v1")
                let file = try bed.manifestFile(image: image, mode: "first")
                try await bed.immctl("plan", "-f", file, exits: 2)
                #expect(try await bed.fleet("web").set == nil, "a plan made something")
                #expect(try await bed.immctl("apply", "-f", file).contains("web created"))
                try await bed.immctl("rollout", "status", "instanceset/web", "--timeout", "60s")
                let first = try await bed.settled("web")
                try await bed.immctl("plan", "-f", file, exits: 0)
                #expect(try await bed.immctl("apply", "-f", file).contains("web unchanged"))

                try await bed.image("latest", content: "v2")
                try await bed.immctl("rollout", "restart", "instanceset/web", "--resolve")
                let second = try await bed.settled("web", after: first.set?.status.updateRevision)
                try await bed.immctl("rollout", "status", "instanceset/web", "--timeout", "60s")
                #expect(second.ids.isDisjoint(with: first.ids))
                let instance = try #require(second.instances.first)
                #expect(try await bed.run("cat /VERSION", in: instance) == "v2")
                #expect(try await bed.immctl("logs", instance.name) == "\(instance.name) runs v2\n")
                let slot = "\(instance.spec.slot)"
                let version = try await bed.immctl("exec", "iset/web", "--slot", slot, "--", "cat", "/VERSION")
                #expect(version == "v2")
                try await bed.immctl("exec", instance.name, "--", "sh", "-c", "exit 7", exits: 7)

                try await bed.immctl("rollout", "undo", "instanceset/web")
                let third = try await bed.settled("web", after: second.set?.status.updateRevision)
                #expect(third.set?.status.updateRevision == first.set?.status.updateRevision)
                let undone = try #require(third.instances.first)
                #expect(try await bed.run("cat /VERSION", in: undone) == "v1")
                #expect(third.revisions.count == 2)

                // The engine's ids change with a plain restart too, on the same revision.
                try await bed.immctl("rollout", "restart", "instanceset/web")
                let fourth = try await bed.wait(for: "web", "restarted") {
                    $0.isSettled && $0.ids.isDisjoint(with: third.ids)
                }
                #expect(fourth.set?.status.updateRevision == third.set?.status.updateRevision)

                try await bed.immctl("scale", "instanceset/web", "--replicas", "1")
                let one = try await bed.wait(for: "web", "scaled down") { $0.isSettled && $0.instances.count == 1 }
                try await bed.expectNothingLeaked(one)
                let table = try await bed.immctl("get", "instances")
                let left = try #require(one.instances.first)
                #expect(table.contains("Available") && table.contains(left.name))

                try await bed.immctl("delete", "instanceset/web")
                try await bed.wait(for: "web", "deleted") { $0.set == nil && $0.instances.isEmpty }
                #expect(try await bed.containers().isEmpty)
                try await bed.immctl("get", "instanceset/web", exits: 1)
            }
        }

        @Test func `a manifest with a mistake is refused with its line, and nothing of it is applied`() async throws {
            try await Bed.with { bed in
                let file = try bed.manifestFile(image: "app:v1", mode: "first", replicas: "replica: 2")
                let said = try await bed.immctl("apply", "-f", file, exits: 1)
                #expect(said.contains("web.yaml:6:3:"), "\(said)")
                #expect(said.contains("replicas"), "no hint: \(said)")
                #expect(try await bed.fleet("web").set == nil)
            }
        }

        @Test func `immctl without a server ends with 3, and says where it looked`() async throws {
            try await Bed.with { bed in
                bed.daemon.crash()
                let said = try await bed.immctl("get", "instancesets", exits: 3)
                #expect(said.contains(bed.daemon.socket), "\(said)")
            }
        }
    }
}

extension Bed {
    /// Runs immctl against the bed's daemon, and returns what it said.
    @discardableResult
    func immctl(
        _ arguments: String..., exits code: Int32 = 0, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> String {
        let output = directory + "/immctl-\(TestEngine.freshID()).out"
        let process = try ChildProcess(
            Daemon.programs + "/immctl", arguments, environment: ["IMM_SOCKET": daemon.socket], output: output)
        let exit = try await process.wait(.seconds(90))
        process.end()
        let said = try readText(output)
        let command = arguments.joined(separator: " ")
        #expect(exit == .code(code), "immctl \(command): \(said)", sourceLocation: sourceLocation)
        return said
    }

    /// A manifest as people write it.
    func manifestFile(image: String, mode: String, replicas: String = "replicas: 2") throws -> String {
        let path = directory + "/web.yaml"
        let text = """
            apiVersion: imm.dev/v1alpha1
            kind: InstanceSet
            metadata:
              name: web
            spec:
              \(replicas)
              template:
                spec:
                  image: \(image)
                  network: none
                  terminationGracePeriodSeconds: 5
                  env:
                    - name: MODE
                      value: \(mode)

            """
        guard let file = fopen(path, "w") else { throw Failure("\(path) cannot be written") }
        fputs(text, file)
        fclose(file)
        return path
    }
}
