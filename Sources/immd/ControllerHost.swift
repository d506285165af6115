import Ambient
import ControllerRuntime
import Controllers
import GitOps
import InfraAPI
import Logging
import ResourceAPI
import ServiceLifecycle
import Telemetry

/// The controllers of this process: they act while it leads. What was known before a term counts for nothing in it, so that each
/// term has controllers of its own.
final class ControllerHost: Service {
    /// The Lease by which processes on one store choose the one that acts.
    static let leaseName = "immd-controllers"
    static let lease = NamespacedName(namespace: NamespaceLifecycle.system, name: leaseName)

    private let elector: LeaderElector
    private let client: any ResourceClient
    private let answersQuestions: Bool
    private let rewritesRecords: Bool
    private let make: @Sendable (any ResourceClient) -> ControllerSet
    private let sources: GitSources?
    private let current = Guarded<ControllerSet?>(nil)

    /// - Parameters:
    ///   - identity: who we are in the Lease; of no other process that lives.
    ///   - answersQuestions: whether the caches and providers are kept while another process leads, for plans, logs and exec.
    ///   - rewritesRecords: whether a term begins with writing anew what is under way, where the server compares no terms.
    ///   - sources: what follows repositories, while this process leads; nil: none are followed here.
    ///   - make: the controllers over a client.
    init(
        client: any ResourceClient, lease: NamespacedName = ControllerHost.lease, identity: String,
        answersQuestions: Bool, rewritesRecords: Bool = false, sources: GitSources?, _ surroundings: Surroundings,
        logger: Logger, metrics: MetricRegistry,
        make: @escaping @Sendable (any ResourceClient) -> ControllerSet
    ) {
        self.client = client
        self.answersQuestions = answersQuestions
        self.rewritesRecords = rewritesRecords
        self.make = make
        self.sources = sources
        elector = LeaderElector(
            client, lease, identity: identity, surroundings, logger: logger, metrics: metrics)
    }

    /// - Throws: 503 in the first moments of the process.
    var controllers: ControllerSet {
        get throws(APIStatus) {
            guard let controllers = current.withLock({ $0 }) else {
                throw APIStatus(code: 503, reason: .serviceUnavailable, message: "the controllers are being started")
            }
            return controllers
        }
    }

    var isLeading: Bool { elector.term != nil }

    var hasSynced: Bool { current.withLock { $0 }?.caches.sets.hasSynced ?? false }

    private func begin(_ client: any ResourceClient) -> ControllerSet {
        let controllers = make(client)
        current.withLock { $0 = controllers }
        return controllers
    }

    /// A graceful shutdown cancels what runs and gives the lease back; effects that are cut off are found again by their intent.
    func run() async throws {
        await withGracefulShutdownHandler {
            await elector.run {
                if self.answersQuestions { await self.begin(self.client).observe() }
            } leading: { term, client in
                let controllers = self.begin(client)
                await withDiscardingTaskGroup { group in
                    group.addTask { await controllers.run(takingOver: self.rewritesRecords ? term : nil) }
                    if let sources = self.sources {
                        group.addTask { await sources.controllers(client).run() }
                    }
                }
            }
        } onGracefulShutdown: {
            self.elector.stop()
        }
    }
}
