import Ambient
import ControllerRuntime
import Logging
import Planning
import ProviderInterface

extension ProviderAgent {
    /// Asks for a direct read, once, of an instance that a list did not show.
    func requestRead(_ handle: InstanceHandle) {
        toRead.withLock { $0[handle.uid] = handle }
        readRequested.raise()
    }

    /// Makes the direct reads that were asked for, until the task is cancelled.
    public func runReads() async {
        while !Task.isCancelled {
            await readRequested.wait()
            let handles = toRead.withLock { waiting in
                defer { waiting = [:] }
                return waiting.values.sorted { $0.uid < $1.uid }
            }
            for handle in handles {
                // An engine that does not answer is noticed by `run`, which observes everything again afterwards.
                do throws(ProviderError) { try await read(handle) } catch {
                    logger.debug("a direct read failed", metadata: ["uid": "\(handle.uid)", "error": "\(error)"])
                }
            }
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
