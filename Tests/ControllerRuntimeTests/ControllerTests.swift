import Ambient
import ControllerRuntime
import InfraAPI
import Logging
import ResourceAPI
import Simulation
import Telemetry
import Testing

private let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

@Suite struct `Reconcile outcomes` {
    private struct Trouble: Error {}

    @Test func `failures back off per key, and a success ends that`() {
        let simulation = Simulation(seed: 5)
        let runs = Guarded([Duration]())
        let end = simulation.run(until: .seconds(1000)) {
            let controller = Controller<String>("test", simulation.surroundings, logger: silent) { _, _ in
                let now = simulation.time.uptime
                let count = runs.withLock { runs in
                    runs.append(now)
                    return runs.count
                }
                return count <= 4 ? .failed(Trouble()) : .done
            }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await controller.run() }
                controller.queue.add("a")
                try? await simulation.time.sleep(for: .seconds(100))
                let counters = controller.counters
                #expect((counters.failed, counters.done, counters.failing) == (4, 1, 0))
                group.cancelAll()
            }
        }
        #expect(end == .finished)
        let times = runs.withLock { $0 }
        let gaps = zip(times.dropFirst(), times).map { $0 - $1 }
        #expect(gaps.count == 4)
        for (gap, bound) in zip(gaps, [1, 2, 4, 8]) {
            #expect(gap <= .seconds(bound) && gap >= .milliseconds(bound * 800))
        }
    }

    @Test func `outcomes and the queue are counted`() {
        let simulation = Simulation(seed: 5)
        let registry = MetricRegistry()
        let waiting = Guarded("")
        let end = simulation.run(until: .seconds(1000)) {
            let controller = Controller<String>(
                "test", workers: 1, simulation.surroundings, logger: silent, metrics: registry
            ) { _, _ in
                try? await simulation.time.sleep(for: .seconds(2))
                return .done
            }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await controller.run() }
                for key in ["a", "b", "c"] { controller.queue.add(key) }
                try? await simulation.time.sleep(for: .seconds(1))
                waiting.withLock { $0 = registry.text() }
                try? await simulation.time.sleep(for: .seconds(50))
                group.cancelAll()
            }
        }
        #expect(end == .finished)
        let before = waiting.withLock { $0 }
        #expect(before.contains("imm_workqueue_depth{controller=\"test\"} 2\n"))
        #expect(before.contains("imm_workqueue_age_seconds{controller=\"test\"} 1\n"), "\(before)")
        let after = registry.text()
        #expect(after.contains("imm_workqueue_depth{controller=\"test\"} 0\n"))
        #expect(after.contains("imm_workqueue_age_seconds{controller=\"test\"} 0\n"))
        #expect(after.contains("imm_reconcile_total{controller=\"test\",outcome=\"done\"} 3\n"))
        #expect(after.contains("imm_reconcile_duration_seconds_sum{controller=\"test\"} 6\n"))
    }

    @Test func `looking again later means later, and sooner when something changes`() {
        let simulation = Simulation(seed: 5)
        let runs = Guarded([Duration]())
        let end = simulation.run(until: .seconds(1000)) {
            let controller = Controller<String>("test", simulation.surroundings, logger: silent) { _, _ in
                let now = simulation.time.uptime
                runs.withLock { $0.append(now) }
                return .requeue(after: .seconds(60))
            }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await controller.run() }
                controller.queue.add("a")
                try? await simulation.time.sleep(for: .seconds(10))
                controller.queue.add("a")
                try? await simulation.time.sleep(for: .seconds(55))
                group.cancelAll()
            }
        }
        #expect(end == .finished)
        #expect(runs.withLock { $0 } == [.zero, .seconds(10), .seconds(60)])
    }
}
