import Controllers

/// Answers network probes from the simulated engine, after a little virtual time.
struct SimulatedProbeTransport: ProbeTransport {
    let engine: SimulatedEngine
    let simulation: Simulation
    let randomness: SeededRandomness

    func httpGet(host: String, port: Int, path: String, timeout: Duration) async -> ProbeReply {
        switch await probe(host, port) {
        case .pass: .status(200)
        case .fail: .status(503)
        case .unknown: .unknown("no route to \(host)")
        }
    }

    func tcpConnect(host: String, port: Int, timeout: Duration) async -> ProbeReply {
        switch await probe(host, port) {
        case .pass: .connected
        case .fail: .refused("connection refused")
        case .unknown: .unknown("no route to \(host)")
        }
    }

    private func probe(_ host: String, _ port: Int) async -> SimulatedProbe {
        do {
            try await simulation.time.sleep(for: randomness.duration(in: 1...5))
        } catch {
            return .unknown
        }
        return engine.probe(host: host, port: port)
    }
}
