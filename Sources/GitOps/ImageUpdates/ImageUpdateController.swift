import Ambient
import ControllerRuntime
import GitClient
import ImageRegistry
import InfraAPI
import Logging
import ResourceAPI
import Telemetry

/// Proposes newer images of what the repositories of GitSources run, as commits on branches that nothing follows.
final class ImageUpdateController: Sendable {
    /// Sources whose registries are asked at the same time.
    private static let looksAtOnce = 4

    private let sources: ResourceCache<GitSource>
    private let controller: Controller<NamespacedName>
    private let operations: BackgroundOperations<ImageUpdateReport>

    /// - Parameters:
    ///   - sources: somebody else fills it.
    ///   - events: somebody else runs it.
    init(
        client: any ResourceClient, sources: ResourceCache<GitSource>, work: ImageUpdateWork, events: EventRecorder,
        _ surroundings: Surroundings, logger: Logger, metrics: MetricRegistry? = nil
    ) {
        let queue = Guarded<WorkQueue<NamespacedName>?>(nil)
        let operations = BackgroundOperations<ImageUpdateReport>(defaultLimit: ImageUpdateController.looksAtOnce) {
            key in queue.withLock { $0 }?.add(key)
        }
        let reconciler = ImageUpdateReconciler(
            client: client, sources: sources, operations: operations, work: work, events: events,
            surroundings: surroundings)
        let controller = Controller<NamespacedName>("imageupdates", surroundings, logger: logger, metrics: metrics) {
            key, logger in await reconciler.reconcile(key, logger)
        }
        queue.withLock { $0 = controller.queue }
        sources.onChange { [sources] change in
            controller.queue.add(NamespacedName(change.object))
            if change.new == nil { reconciler.retain(Set(sources.list().map(\.uid))) }
        }
        (self.sources, self.operations, self.controller) = (sources, operations, controller)
    }

    /// Runs until the task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            group.addTask { await self.operations.run() }
            group.addTask {
                guard await self.sources.waitUntilSynced() else { return }
                await self.controller.run()
            }
        }
    }
}
