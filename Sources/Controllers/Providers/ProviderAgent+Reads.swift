import Ambient
import ControllerRuntime
import Logging
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
