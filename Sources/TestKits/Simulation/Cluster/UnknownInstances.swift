import Ambient
import InfraAPI
import ProviderInterface
public import ResourceAPI

/// What a person does about instances that the Provider reports as Unknown: a create that landed after its record was given up
/// is nobody's to destroy but a person's (law L6), and holds its slot's volumes until then.
public enum UnknownInstances {
    /// Waits until they are reported, and removes them at the engine.
    public static func remove(
        from engine: SimulatedEngine, _ client: LocalResourceClient, _ time: VirtualTime
    ) async throws {
        // Lists are made each minute.
        try await time.sleep(for: .seconds(180))
        let provider = try await client.get(ProviderObject.self, namespace: "", name: SimulatedCluster.providerName)
        for unknown in provider.status.unknownObjects where unknown.kind == "Instance" {
            engine.vanish(uid: unknown.uid ?? "")
        }
    }
}
