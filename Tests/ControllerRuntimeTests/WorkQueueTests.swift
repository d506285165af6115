import Ambient
import ControllerRuntime
import Simulation
import Testing

@Suite struct `Work queue` {
    /// Everything that workers did with keys, so that the rules can be read from it.
    private struct Log: Sendable {
        var processing: Set<String> = []
        var overlaps = 0
        var runs: [String: Int] = [:]
        /// Additions that no run began after.
        var unserved: Set<String> = []
    }

    @Test(arguments: 1...40)
    func `no key has two workers, and every addition is served by a run that begins after it`(seed: UInt64) {
        let simulation = Simulation(seed: seed)
        let log = Guarded(Log())
        let end = simulation.run(until: .seconds(1000)) {
            let queue = WorkQueue<String>(time: simulation.time)
            let random = simulation.randomness.stream("test")
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await queue.run() }
                for _ in 0..<3 {
                    group.addTask {
                        while let key = await queue.next() {
                            log.withLock { log in
                                if !log.processing.insert(key).inserted { log.overlaps += 1 }
                                log.runs[key, default: 0] += 1
                                log.unserved.remove(key)
                            }
                            try? await simulation.time.sleep(for: .milliseconds(random.below(20)))
                            log.withLock { log in _ = log.processing.remove(key) }
                            queue.done(key)
                        }
                    }
                }
                for _ in 0..<200 {
                    let key = "key-\(random.below(6))"
                    log.withLock { log in _ = log.unserved.insert(key) }
                    if random.below(3) == 0 {
                        queue.add(key, after: .milliseconds(random.below(50)))
                    } else {
                        queue.add(key)
                    }
                    try? await simulation.time.sleep(for: .milliseconds(random.below(8)))
                }
                try? await simulation.time.sleep(for: .seconds(5))
                #expect(queue.counts == (0, 0, 0))
                queue.shutDown()
            }
        }
        #expect(end == .finished)
        let seen = log.withLock { $0 }
        #expect(seen.overlaps == 0)
        #expect(seen.unserved.isEmpty)
        #expect(seen.runs.values.reduce(0, +) <= 200)
        #expect(simulation.escapeCount == 0)
    }

    @Test func `keys come out in the order they went in, and duplicates once`() async {
        let queue = WorkQueue<Int>(time: VirtualTime(start: .epoch))
        for key in [3, 1, 3, 2, 1] { queue.add(key) }
        var order: [Int] = []
        for _ in 0..<3 { if let key = await queue.next() { order.append(key) } }
        #expect(order == [3, 1, 2])
        #expect(queue.counts == (0, 3, 0))
    }

    @Test func `a key added while it is processed comes once more, after its worker is done`() async {
        let queue = WorkQueue<Int>(time: VirtualTime(start: .epoch))
        queue.add(1)
        #expect(await queue.next() == 1)
        queue.add(1)
        queue.add(1)
        queue.add(2)
        #expect(queue.counts == (1, 1, 0))
        #expect(await queue.next() == 2)
        queue.done(1)
        #expect(await queue.next() == 1)
        queue.done(1)
        #expect(queue.counts == (0, 1, 0))
    }

    @Test func `of several delays the earliest counts`() {
        let simulation = Simulation(seed: 1)
        let seen = Guarded([String]())
        let end = simulation.run(until: .seconds(100)) {
            let queue = WorkQueue<String>(time: simulation.time)
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await queue.run() }
                group.addTask {
                    while let key = await queue.next() {
                        let line = "\(key) at \(simulation.time.uptime)"
                        seen.withLock { $0.append(line) }
                        queue.done(key)
                    }
                }
                queue.add("a", after: .seconds(10))
                queue.add("a", after: .seconds(3))
                queue.add("a", after: .seconds(5))
                queue.add("b", after: .seconds(4))
                try? await simulation.time.sleep(for: .seconds(30))
                queue.shutDown()
            }
        }
        #expect(end == .finished)
        #expect(seen.withLock { $0 } == ["a at \(Duration.seconds(3))", "b at \(Duration.seconds(4))"])
    }

    @Test func `shutting down ends the waits and forgets the keys`() {
        let simulation = Simulation(seed: 2)
        let ended = Guarded(0)
        let end = simulation.run(until: .seconds(10)) {
            let queue = WorkQueue<Int>(time: simulation.time)
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        #expect(await queue.next() == nil)
                        ended.withLock { $0 += 1 }
                    }
                }
                try? await simulation.time.sleep(for: .seconds(1))
                queue.shutDown()
                queue.add(5)
                #expect(await queue.next() == nil)
            }
        }
        #expect(end == .finished)
        #expect(ended.withLock { $0 } == 4)
    }

    @Test func `a cancelled wait takes no key with it`() {
        let simulation = Simulation(seed: 3)
        let end = simulation.run(until: .seconds(10)) {
            let queue = WorkQueue<Int>(time: simulation.time)
            await withTaskGroup(of: Int?.self) { group in
                group.addTask { await queue.next() }
                try? await simulation.time.sleep(for: .seconds(1))
                group.cancelAll()
                #expect(await group.next() == .some(nil))
            }
            queue.add(7)
            #expect(await queue.next() == 7)
        }
        #expect(end == .finished)
    }
}

@Suite struct `Back-off` {
    @Test func `delays double from one second to five minutes, less at most a fifth`() {
        let randomness = SeededRandomness(seed: 4)
        var backoff = Backoff()
        var bounds: [Int] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]
        for _ in 0..<60 { bounds.append(300) }
        for bound in bounds {
            let delay = backoff.next(randomness)
            #expect(delay <= .seconds(bound))
            #expect(delay >= .milliseconds(bound * 800))
        }
        #expect(backoff.attempts == bounds.count)
        backoff.reset()
        #expect(backoff.next(randomness) <= .seconds(1))
    }
}
