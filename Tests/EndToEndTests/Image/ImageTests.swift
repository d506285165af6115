import APIClient
import Ambient
import DockerEngine
import Glibc
import InfraAPI
import JSON
import Testing

extension EndToEnd {
    /// immd in a container of its image, driven from outside.
    @Suite struct ImageTests {
        @Test(.enabled(if: TestImage.isThere, TestImage.reason))
        func `immctl outside drives immd in its container over TLS, from the first instance to undo`() async throws {
            try await Bed.with(listen: "127.0.0.1:0") { bed in
                let file = try bed.writersFile(image: try await bed.image("v1"))
                try await bed.immctlOverTLS("plan", "-f", file, exits: 2)
                try await bed.immctlOverTLS("apply", "-f", file)
                try await bed.immctlOverTLS("rollout", "status", "instanceset/db", "--timeout", "60s")
                let first = try await bed.settled("db")
                try await bed.written(first, by: "v1")

                try bed.writersFile(image: try await bed.image("v2"))
                try await bed.immctlOverTLS("apply", "-f", file)
                try await bed.immctlOverTLS("rollout", "status", "instanceset/db", "--timeout", "60s")
                let second = try await bed.settled("db", after: first.set?.status.updateRevision, .seconds(60))
                try await bed.expectHandedOver(from: first, to: second)
                try await bed.written(second, by: "v2")

                try await bed.immctlOverTLS("rollout", "undo", "instanceset/db")
                try await bed.immctlOverTLS("rollout", "status", "instanceset/db", "--timeout", "60s")
                let third = try await bed.settled("db", after: second.set?.status.updateRevision, .seconds(60))
                try await bed.expectHandedOver(from: second, to: third)
                try await bed.written(third, by: "v1")
                for volume in third.volumes {
                    #expect(try await bed.checkLog(of: volume).map(\.version).deduplicated == ["v1", "v2", "v1"])
                }
                let instance = try #require(third.instances.first)
                // Its file lies in immd's directory, and the engine finds it under the same path.
                let text = try await bed.immctlOverTLS("exec", instance.name, "--", "cat", "/etc/app.conf")
                #expect(text == "mode=plain\n")
                try await bed.expectNothingLeaked(third)
            }
        }

        @Test(.enabled(if: TestImage.isThere, TestImage.reason))
        func `in its container immd is no root, has no capability, and no shell beside it`() async throws {
            let image = try #require(TestImage.current)
            try await Bed.with { bed in
                let status = try readText("/proc/\(try await bed.containerPID())/status")
                #expect(status.contains("Uid:\t65532\t65532\t65532\t65532\n"), "\(status)")
                #expect(status.contains("CapEff:\t0000000000000000\n"), "\(status)")
                #expect(status.contains("NoNewPrivs:\t1\n"), "\(status)")
                for shell in ["sh", "bash", "dash", "busybox"] {
                    let said = try await bed.docker("run", "--rm", "--entrypoint", shell, image.name, exits: 127)
                    #expect(said.contains("not found"), "\(said)")
                }
            }
        }

        @Test(.enabled(if: TestImage.isThere, TestImage.reason))
        func `immctl is in the image too, and finds immd by itself`() async throws {
            let image = try #require(TestImage.current)
            try await Bed.with { bed in
                try await bed.apply(Manifest(try await bed.image("v1")))
                try await bed.settled("web")
                let said = try await bed.docker(
                    "exec", "--env", "IMM_SOCKET=\(bed.daemon.socket)", bed.daemon.container, "immctl", "get", "iset")
                #expect(said.contains("web"), "\(said)")
                let version = try await bed.docker(
                    "run", "--rm", "--network", "none", "--entrypoint", "immctl", image.name, "version", "--client")
                #expect(version.contains("Client Version: v"), "\(version)")
            }
        }

        @Test(.enabled(if: TestImage.isThere, TestImage.reason))
        func `git is in the image, with what it asks servers over https with`() async throws {
            let image = try #require(TestImage.current)
            try await Bed.with { bed in
                // Nobody listens there: what is refused is a connection, so that all the rest of it runs.
                let said = try await bed.docker(
                    "run", "--rm", "--network", "host", "--read-only", "--entrypoint", "git", image.name, "ls-remote",
                    "https://127.0.0.1:1/fleet.git", exits: 128)
                #expect(said.contains("Failed to connect to 127.0.0.1 port 1"), "\(said)")
            }
        }

        @Test(.enabled(if: TestImage.isThere, TestImage.reason))
        func `the data directory of the image is its user's, so that a named volume is`() async throws {
            let image = try #require(TestImage.current)
            try await Bed.with { bed in
                let volume = "imm-e2e-\(bed.name)"
                _ = try await bed.engine.createVolume(name: volume, labels: [:])
                try await bed.docker(
                    "run", "--rm", "--volume", "\(volume):/var/lib/imm", image.name, "--version")
                var status = stat()
                let path = try await bed.engine.inspectVolume(volume).mountpoint
                #expect(stat(path, &status) == 0 && status.st_uid == TestImage.user && status.st_mode & 0o777 == 0o700)
                try await bed.engine.removeVolume(volume)
            }
        }

        @Test(.enabled(if: TestImage.isThere, TestImage.reason))
        func `the image says what is in it: every package of Swift's and of Debian's, with its version`() async throws {
            let image = try #require(TestImage.current)
            try await Bed.with { bed in
                let name = "imm-e2e-\(bed.name)-files"
                try await bed.docker("create", "--name", name, image.name)
                let (archive, bill) = (bed.directory + "/image.tar", bed.directory + "/sbom.json")
                try await bed.docker("export", "--output", archive, name)
                try await bed.docker("cp", "\(name):/usr/share/doc/imm/sbom.spdx.json", bill)
                try await bed.docker("rm", name)
                let document = try JSONValue(parsing: readBytes(bill))
                #expect(document["spdxVersion"]?.stringValue == "SPDX-2.3")
                let packages = document["packages"]?.arrayValue ?? []
                let locators = packages.compactMap {
                    $0["externalRefs"]?.arrayValue?.first?["referenceLocator"]?.stringValue
                }
                #expect(locators.count == packages.count && Set(locators).count == locators.count)
                #expect(locators.contains { $0.hasPrefix("pkg:swift/github.com/apple/swift-nio@") })
                // Each package that a library was taken from came with its licence, and stands in the list.
                let listing = try await bed.output("/usr/bin/env", ["tar", "-t", "-f", archive])
                for line in listing.split(separator: "\n") where line.hasSuffix("/copyright") {
                    let package = line.split(separator: "/").dropLast().last ?? ""
                    guard line.hasPrefix("usr/share/doc/"), package != "imm" else { continue }
                    let escaped = package.split(separator: "+", omittingEmptySubsequences: false).joined(
                        separator: "%2B")
                    #expect(locators.contains { $0.hasPrefix("pkg:deb/debian/\(escaped)@") }, "\(package)")
                }
                #expect(listing.contains("usr/share/doc/libcurl4/copyright"))
            }
        }
    }
}
