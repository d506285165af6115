import Ambient
import DockerEngine
import Glibc
import Testing

extension EndToEnd {
    /// What the other suites trust: that the writer sees a second one.
    @Suite struct WriterTests {
        @Test(arguments: [(epochs: ["1", "2"], found: "append"), (epochs: ["2", "2"], found: "start")])
        func `a writer that meets another one leaves a mark and ends`(epochs: [String], found: String) async throws {
            try await Bed.with { bed in
                let image = try await bed.image("v1")
                let volume = try await bed.engine.createVolume(
                    name: "imm-e2e-\(bed.name)", labels: ["imm.dev/installation": bed.daemon.installation ?? ""])
                var ids: [String] = []
                for (number, epoch) in epochs.enumerated() {
                    var spec = ContainerSpec(image: image)
                    spec.command = ["/bin/writer"]
                    spec.networkMode = "none"
                    spec.hasInit = true
                    spec.labels = volume.labels
                    spec.environment = ["IMM_EPOCH=\(epoch)", "IMM_INSTANCE=db-0-\(number)"]
                    spec.mounts = [.init(kind: .volume, source: volume.name, target: "/data")]
                    let id = try await bed.engine.createContainer(name: "imm-e2e-\(bed.name)-\(number)", spec)
                    try await bed.engine.startContainer(id)
                    ids.append(id)
                    let log = volume.mountpoint + "/log"
                    for _ in 1...100 where access(log, F_OK) != 0 { try await Task.sleep(for: .milliseconds(50)) }
                }
                let loser = ids[found == "append" ? 0 : 1]
                #expect(try await bed.engine.waitForContainer(loser, timeout: .seconds(10)) == 9)
                let mark = try readText(volume.mountpoint + "/VIOLATION")
                #expect(mark.hasPrefix(found + ": "), "\(mark)")
            }
        }
    }
}
