import BenchKit

/// Docker Swarm in the same engine: what `docker service update --image` does with parallelism 5, start-first, no delay and
/// no monitor. The request goes to the engine's API, so the start of Docker's client is not charged to Swarm.
final class SwarmFleet: Fleet {
    let name = "swarm"
    let label = "com.docker.swarm.service.name=imm-bench"
    private let engine: Engine

    init(_ engine: Engine) throws {
        self.engine = engine
        try engine.call(
            "POST", "/swarm/init",
            ["ListenAddr": "127.0.0.1:2377", "AdvertiseAddr": "127.0.0.1:2377", "Spec": [String: Any]()])
    }

    func deploy(image: String) throws {
        try engine.call("POST", "/services/create", spec(image))
        try Clock.wait(for: "\(Workload.replicas) tasks of the service", seconds: 120) {
            try engine.running(label).count == Workload.replicas
        }
        Clock.sleep(seconds: 2)
    }

    func requestReplacement(image: String) throws {
        let version = (try service()["Version"] as? [String: Any])?["Index"] as? Int ?? 0
        try engine.call("POST", "/services/imm-bench/update?version=\(version)", spec(image))
    }

    func settle() throws {
        try Clock.wait(for: "the end of the service's update", seconds: 60) {
            (try service()["UpdateStatus"] as? [String: Any])?["State"] as? String == "completed"
        }
        Clock.sleep(seconds: 2)
    }

    func remove() throws {
        try engine.call("DELETE", "/services/imm-bench")
        try Clock.wait(for: "the end of the service", seconds: 60) { try engine.running(label).isEmpty }
        try engine.call("POST", "/swarm/leave?force=1")
    }

    private func service() throws -> [String: Any] {
        JSONText.object(try engine.call("GET", "/services/imm-bench"))
    }

    private func spec(_ image: String) -> [String: Any] {
        [
            "Name": "imm-bench",
            "TaskTemplate": [
                "ContainerSpec": [
                    "Image": image, "Command": Workload.command, "Init": true,
                    "StopGracePeriod": Workload.graceSeconds * 1_000_000_000,
                ] as [String: Any],
                "Networks": [["Target": "host"]],
            ] as [String: Any],
            "Mode": ["Replicated": ["Replicas": Workload.replicas]],
            "UpdateConfig": [
                "Parallelism": Workload.inFlight, "Delay": 0, "Monitor": 0, "Order": "start-first",
                "FailureAction": "pause",
            ] as [String: Any],
        ]
    }
}
