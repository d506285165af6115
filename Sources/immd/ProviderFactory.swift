import Controllers
import InfraAPI
import ProviderInterface

/// Makes the back end of a Provider object, by its type.
struct ProviderFactory: Sendable {
    let docker: DockerProviders
    let kubernetes: KubernetesProviders
    /// nil: no machines run beside this controller.
    let qemu: QEMUProviders?

    /// nil: the type is not served here.
    @Sendable func make(_ object: ProviderObject) async throws(ProviderError) -> (any Provider)? {
        switch object.spec.type {
        case .docker: try await docker.make(object)
        case .kubernetes: try await kubernetes.make(object)
        case .qemu: qemu?.make(object)
        case .simulated: nil
        }
    }
}
