import Ambient
import ControllerRuntime
import Simulation
import Testing

@Suite struct `Seeded executor` {
    /// A toy with everything that a scheduler could reorder: workers, timers, actors, streams, groups, operations.
    private static func transcript(seed: UInt64) -> (text: String, end: Simulation.End, escapes: Int) {
        let simulation = Simulation(seed: seed)
        let end = simulation.run(until: .seconds(600)) { await Toy(simulation).run() }
        return (simulation.transcript.text, end, simulation.escapeCount)
    }

    @Test(arguments: 1...20)
    func `the same seed gives the same transcript, byte for byte`(seed: UInt64) {
        let first = Self.transcript(seed: seed)
        let second = Self.transcript(seed: seed)
        #expect(first.end == .finished)
        #expect(first.escapes == 0)
        #expect(first.text.utf8.count > 1000)
        #expect(first.text == second.text)
    }

    @Test func `seeds differ`() {
        let texts = Set((1...20).map { Self.transcript(seed: UInt64($0)).text })
        #expect(texts.count == 20)
    }

    @Test func `time stands still while anything can run`() {
        let simulation = Simulation(seed: 1)
        let end = simulation.run(until: .seconds(100)) {
            for _ in 0..<1000 { await Task.yield() }
            #expect(simulation.time.uptime == .zero)
            try? await simulation.time.sleep(for: .seconds(50))
            #expect(simulation.time.uptime == .seconds(50))
            #expect(simulation.time.now == Simulation.start + .seconds(50))
        }
        #expect(end == .finished)
    }

    @Test func `a run that waits for nobody is stuck, and a long one meets its deadline`() {
        let stuck = Simulation(seed: 1).run(until: .seconds(100)) { await Signal().wait() }
        #expect(stuck == .stuck)
        let simulation = Simulation(seed: 1)
        let late = simulation.run(until: .seconds(100)) { try? await simulation.time.sleep(for: .seconds(200)) }
        #expect(late == .deadline)
        #expect(simulation.time.uptime <= .seconds(100))
    }
}

private actor Tally {
    private var counts: [String: Int] = [:]

    func add(_ key: String) -> Int {
        counts[key, default: 0] += 1
        return counts[key, default: 0]
    }
}

private struct Toy: Sendable {
    let simulation: Simulation
    let queue: WorkQueue<String>
    let tally = Tally()

    init(_ simulation: Simulation) {
        self.simulation = simulation
        queue = WorkQueue(time: simulation.time)
    }

    func run() async {
        let operations = BackgroundOperations<Int>(defaultLimit: 2) { queue.add($0.name) }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await queue.run() }
            group.addTask { await operations.run() }
            for worker in 0..<3 { group.addTask { await work(worker, operations) } }
            let (stream, continuation) = AsyncStream.makeStream(of: Int.self)
            group.addTask {
                for await number in stream { simulation.transcript.note("stream \(number)") }
            }
            for number in 0..<30 {
                queue.add(
                    "key-\(simulation.randomness.below(5))", after: .milliseconds(simulation.randomness.below(300)))
                continuation.yield(number)
                async let pause: Void? = try? await simulation.time.sleep(
                    for: .milliseconds(simulation.randomness.below(100)))
                simulation.transcript.note("added \(number)")
                _ = await pause
            }
            continuation.finish()
            try? await simulation.time.sleep(for: .seconds(30))
            group.cancelAll()
        }
    }

    private func work(_ worker: Int, _ operations: BackgroundOperations<Int>) async {
        while let key = await queue.next() {
            let owner = NamespacedName(name: key)
            let count = await tally.add(key)
            simulation.transcript.note("worker \(worker) takes \(key), \(count)")
            for (_, result) in operations.takeResults(for: owner) { simulation.transcript.note("\(key): \(result)") }
            if count % 3 == 0 {
                let delay = simulation.randomness.below(400)
                operations.start(OperationKey(owner: owner, uid: "\(count)", step: "work"), limit: "toy") {
                    try? await simulation.time.sleep(for: .milliseconds(delay))
                    return delay
                }
            }
            await Task.yield()
            queue.done(key)
        }
    }
}
