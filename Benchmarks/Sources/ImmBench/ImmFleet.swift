import BenchKit

/// An InstanceSet of a running immd.
final class ImmFleet: Fleet {
    let name = "imm"
    let label = "imm.dev/set=default/imm-bench"
    private let daemon: ImmDaemon
    private let connection: UnixConnection

    init(_ daemon: ImmDaemon) throws {
        self.daemon = daemon
        connection = try daemon.connection()
    }

    func deploy(image: String) throws {
        try requestReplacement(image: image)
        try settle()
    }

    func requestReplacement(image: String) throws {
        let spec: [String: Any] = [
            "replicas": Workload.replicas,
            "strategy": ["type": "RollingReplace", "maxSurge": Workload.inFlight, "maxUnavailable": 0] as [String: Any],
            "template": [
                "spec": [
                    "image": image, "command": Workload.command, "network": "host",
                    "terminationGracePeriodSeconds": Workload.graceSeconds,
                ] as [String: Any]
            ],
        ]
        try daemon.apply("InstanceSet", "instancesets", "imm-bench", spec, over: connection)
    }

    func settle() throws {
        try Clock.wait(for: "InstanceSet imm-bench", seconds: 120) {
            let status = try daemon.status("instancesets", "imm-bench", over: connection)
            return status["updatedReplicas"] as? Int == Workload.replicas
                && status["availableReplicas"] as? Int == Workload.replicas
                && status["replicas"] as? Int == Workload.replicas
        }
        Clock.sleep(seconds: 2)
    }

    func remove() throws {
        try daemon.delete("instancesets", "imm-bench", over: connection)
    }
}
