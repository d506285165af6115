import Ambient
import CShims
import ObjectStoreSQLite
import ServiceLifecycle

/// Gives freed memory back to the system: glibc keeps what a start or a burst of requests needed, for ever.
struct MemoryUpkeep: Service {
    let store: SQLiteObjectStore
    let time: any TimeSource
    private static let settling = Duration.seconds(5)
    private static let period = Duration.seconds(60)

    /// Call before threads are made.
    static func begin() { _ = imm_malloc_stay_small() }

    func run() async throws {
        await cancelWhenGracefulShutdown {
            var pause = MemoryUpkeep.settling
            while (try? await time.sleep(for: pause)) != nil {
                store.releaseMemory()
                _ = imm_malloc_trim()
                pause = MemoryUpkeep.period
            }
        }
    }
}
