import Ambient
import CShims
import ServiceLifecycle

/// Gives freed memory back to the system, as `MemoryUpkeep` does where there is a store.
struct ClusterMemoryUpkeep: Service {
    private static let period = Duration.seconds(60)

    let time: any TimeSource

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await time.sleep(for: ClusterMemoryUpkeep.period)) != nil { _ = imm_malloc_trim() }
        }
    }
}
