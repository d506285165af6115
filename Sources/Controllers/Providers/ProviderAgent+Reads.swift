import Ambient
import ControllerRuntime
import Logging
import Planning
import ProviderInterface

extension ProviderAgent {
    /// Asks for a direct read, once, of an instance that a list did not show.
    func requestRead(_ handle: InstanceHandle) {
        reads.withLock { $0.waiting[handle.uid] = handle }
        readRequested.raise()
    }

    /// Makes the direct reads that were asked for, until the task is cancelled. Side by side: one that hangs does not keep the others
    /// unknown.
    public func runReads() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                await readRequested.wait()
                for handle in reads.withLock({ $0.begin() }) {
                    group.addTask {
                        await self.readAsRequested(handle)
                        if self.reads.withLock({ $0.end(handle.uid) }) { self.readRequested.raise() }
                    }
                }
            }
        }
    }

    private func readAsRequested(_ handle: InstanceHandle) async {
        let connection = mirror.connection
        // An engine that does not answer is noticed by `run`, which observes everything again afterwards.
        do throws(ProviderError) { try await read(handle) } catch {
            // What is known by its name alone is not there when the name is another's.
            if error.code == .nameTaken, handle.providerID == nil,
                mirror.take(nil, uid: handle.uid, on: connection)
            {
                onChange([handle.uid])
            }
            logger.debug("a direct read failed", metadata: ["uid": "\(handle.uid)", "error": "\(error)"])
        }
    }

    /// Between two lists while the connection stands. They find what no event told: an event that was lost, a create that
    /// landed after its caller had given up.
    static let relistInterval = Duration.seconds(60)

    /// Compares what the provider holds with what is known, time and again until the task is cancelled, and reads the
    /// differences directly.
    public func runRelists() async {
        while true {
            do { try await surroundings.time.sleep(for: ProviderAgent.relistInterval) } catch { return }
            guard view.health == .reachable, let identity = description?.identity else { continue }
            let stamp = mirror.beginObservation()
            do throws(ProviderError) {
                let observation = try await provider.observe()
                guard observation.identity == identity else { continue }
                let (differing, others) = mirror.compare(observation, begunAt: stamp)
                for instance in differing { requestRead(instance.handle) }
                if others { onChange(nil) }
            } catch {
                // An engine that does not answer is noticed by `run`, which observes everything again afterwards.
                logger.debug("a list failed", metadata: ["error": "\(error)"])
            }
        }
    }

    /// Marks an instance as being worked on: events about it are the echo of our own effect.
    func withBusy<Result>(_ uid: String, _ body: () async -> Result) async -> Result {
        state.withLock { $0.busy[uid, default: 0] += 1 }
        let result = await body()
        state.withLock { state in
            let left = (state.busy[uid] ?? 1) - 1
            state.busy[uid] = left > 0 ? left : nil
        }
        return result
    }
}

/// Direct reads that were asked for: one at a time of an instance, a few at a time altogether.
struct RequestedReads: Sendable {
    private static let limit = 16

    /// By the instance's uid.
    var waiting: [String: InstanceHandle] = [:]
    private var underWay: Set<String> = []

    /// Those that may begin now, in the order of their uids.
    mutating func begin() -> [InstanceHandle] {
        let free = RequestedReads.limit - underWay.count
        let handles = waiting.values.filter { !underWay.contains($0.uid) }.sorted { $0.uid < $1.uid }.prefix(free)
        for handle in handles {
            waiting[handle.uid] = nil
            underWay.insert(handle.uid)
        }
        return Array(handles)
    }

    /// - Returns: whether others wait. What was asked for meanwhile is read again: the answer may be older than the question.
    mutating func end(_ uid: String) -> Bool {
        underWay.remove(uid)
        return !waiting.isEmpty
    }
}
