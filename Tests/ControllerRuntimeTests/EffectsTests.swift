import Ambient
import ControllerRuntime
import InfraAPI
import JSON
import Logging
import ResourceAPI
import Simulation
import Testing

@Suite struct `Background operations` {
    private static let owner = NamespacedName(namespace: "default", name: "web")

    private static func key(_ number: Int, _ step: String = "create") -> OperationKey {
        OperationKey(owner: owner, uid: "uid-\(number)", step: step)
    }

    @Test(arguments: 1...20)
    func `a group keeps its limit, a key runs once, and every result is handed out once`(seed: UInt64) {
        struct Log: Sendable {
            var running = 0
            var most = 0
            var started: [Int: Int] = [:]
            var taken: [Int] = []
        }
        let simulation = Simulation(seed: seed)
        let log = Guarded(Log())
        let end = simulation.run(until: .seconds(1000)) {
            let random = simulation.randomness.stream("test")
            let ended = Signal()
            let operations = BackgroundOperations<Int>(defaultLimit: 3) { _ in ended.raise() }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await operations.run() }
                for number in 0..<20 {
                    for _ in 0..<2 {
                        let isNew = operations.start(Self.key(number), limit: "docker") {
                            log.withLock { log in
                                log.running += 1
                                log.most = max(log.most, log.running)
                                log.started[number, default: 0] += 1
                            }
                            try? await simulation.time.sleep(for: .milliseconds(random.below(500)))
                            log.withLock { $0.running -= 1 }
                            return number
                        }
                        if isNew { #expect(operations.isUnderWay(Self.key(number))) }
                    }
                }
                while log.withLock({ $0.taken.count }) < 20 {
                    await ended.wait()
                    for (key, result) in operations.takeResults(for: Self.owner) {
                        guard case .finished(let number) = result else { continue }
                        #expect(key == Self.key(number))
                        log.withLock { $0.taken.append(number) }
                    }
                }
                group.cancelAll()
            }
        }
        #expect(end == .finished)
        let seen = log.withLock { $0 }
        #expect(seen.most == 3)
        #expect(seen.started == Dictionary(uniqueKeysWithValues: (0..<20).map { ($0, 1) }))
        #expect(seen.taken.sorted() == Array(0..<20))
    }

    @Test func `cancelling reaches one operation alone, and a waiting one never begins`() {
        let simulation = Simulation(seed: 1)
        let end = simulation.run(until: .seconds(100)) {
            let operations = BackgroundOperations<String>(defaultLimit: 2) { _ in }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await operations.run() }
                for number in 0..<3 {
                    operations.start(Self.key(number), limit: "docker") {
                        do {
                            try await simulation.time.sleep(for: .seconds(10))
                            return "done"
                        } catch {
                            return "cancelled"
                        }
                    }
                }
                try? await simulation.time.sleep(for: .seconds(1))
                operations.cancel(Self.key(2))
                operations.cancel(Self.key(0))
                try? await simulation.time.sleep(for: .seconds(1))
                var texts = operations.takeResults(for: Self.owner).map { "\($0.key.uid) \($0.result)" }
                #expect(texts == ["uid-2 neverBegan", "uid-0 finished(\"cancelled\")"])
                try? await simulation.time.sleep(for: .seconds(20))
                texts = operations.takeResults(for: Self.owner).map { "\($0.key.uid) \($0.result)" }
                #expect(texts == ["uid-1 finished(\"done\")"])
                #expect(operations.start(Self.key(0), limit: "docker") { "again" })
                group.cancelAll()
            }
        }
        #expect(end == .finished)
    }

    @Test func `a key with an untaken result is not started again`() {
        let simulation = Simulation(seed: 1)
        let end = simulation.run(until: .seconds(100)) {
            let operations = BackgroundOperations<Int> { _ in }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await operations.run() }
                operations.start(Self.key(1), limit: "docker") { 1 }
                try? await simulation.time.sleep(for: .seconds(1))
                #expect(!operations.isUnderWay(Self.key(1)))
                #expect(!operations.start(Self.key(1), limit: "docker") { 2 })
                #expect(operations.takeResults(for: Self.owner).count == 1)
                #expect(operations.start(Self.key(1), limit: "docker") { 2 })
                group.cancelAll()
            }
        }
        #expect(end == .finished)
    }
}

@Suite struct `Event recorder` {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private static func run(
        capacity: Int = 100,
        _ body: @escaping @Sendable (Simulation, FakeClient, EventRecorder, Instance) async throws -> Void
    ) {
        let simulation = Simulation(seed: 9)
        let client = FakeClient()
        let end = simulation.run(until: .seconds(1000)) {
            let recorder = EventRecorder(
                client, component: "immd", capacity: capacity, simulation.surroundings, logger: logger)
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await recorder.run() }
                do {
                    let instance = try await client.put("a")
                    try await body(simulation, client, recorder, instance)
                } catch {
                    Issue.record(error)
                }
                group.cancelAll()
            }
        }
        #expect(end == .finished)
    }

    @Test func `repeats are one event with a count`() {
        Self.run { simulation, client, recorder, instance in
            for _ in 0..<3 { recorder.record(instance, .warning, reason: "Died", message: "exit code 1") }
            recorder.record(instance, .normal, reason: "Created", message: "slot 0")
            try await simulation.time.sleep(for: .seconds(5))
            for _ in 0..<4 { recorder.record(instance, .warning, reason: "Died", message: "exit code 1") }
            try await simulation.time.sleep(for: .seconds(5))
            let events = try client.objects(Event.resourceType).map { try Event(json: $0) }
            #expect(
                Set(events.map { "\($0.type) \($0.reason) \($0.count)" }) == ["Warning Died 7", "Normal Created 1"])
            #expect(events.allSatisfy { $0.involvedObject.uid == "uid-a" && $0.involvedObject.kind == "Instance" })
            let died = events.first { $0.reason == "Died" }
            #expect(died?.firstTimestamp == Simulation.start)
            #expect(died?.lastTimestamp == Simulation.start + .seconds(5))
        }
    }

    @Test func `a full buffer and a refusing server lose events, never the caller`() {
        Self.run(capacity: 10) { simulation, client, recorder, instance in
            client.failNext(1000)
            for number in 0..<15 { recorder.record(instance, .normal, reason: "R", message: "\(number)") }
            try await simulation.time.sleep(for: .seconds(5))
            #expect(recorder.droppedCount == 15)
            client.failNext(0)
            recorder.record(instance, .normal, reason: "R", message: "later")
            try await simulation.time.sleep(for: .seconds(5))
            #expect(client.objects(Event.resourceType).count == 1)
        }
    }

    @Test func `an event whose time to live is over is written anew`() {
        Self.run { simulation, client, recorder, instance in
            recorder.record(instance, .normal, reason: "R", message: "m")
            try await simulation.time.sleep(for: .seconds(5))
            let name = client.objects(Event.resourceType)[0][path: ["metadata", "name"]]?.stringValue ?? ""
            _ = try await client.delete(
                ObjectReference(Event.resourceType, namespace: "default", name: name), DeleteOptions())
            recorder.record(instance, .normal, reason: "R", message: "m")
            try await simulation.time.sleep(for: .seconds(5))
            #expect(client.objects(Event.resourceType).count == 1)
        }
    }
}
