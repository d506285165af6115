import Ambient
import CShims
import ServiceLifecycle

/// Gives freed memory back to the system: glibc keeps what a start or a burst of requests needed, for ever.
struct MemoryUpkeep: Service {
    let time: any TimeSource
    private static let settling = Duration.seconds(5)
    private static let period = Duration.seconds(60)

    /// Call before threads are made: each arena of glibc's allocator keeps memory of its own.
    static func limitArenas() { _ = imm_malloc_limit_arenas(2) }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var pause = MemoryUpkeep.settling
            while (try? await time.sleep(for: pause)) != nil {
                _ = imm_malloc_trim()
                pause = MemoryUpkeep.period
            }
        }
    }
}
