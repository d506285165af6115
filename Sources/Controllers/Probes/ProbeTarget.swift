import InfraAPI
import ProviderInterface

/// What a probe asks, with its address resolved: a published port, else the instance's own address, else exec.
enum ProbeTarget: Sendable, Hashable {
    case http(host: String, port: Int, path: String)
    case tcp(host: String, port: Int)
    case exec([String])

    /// nil when there is no route: the answer is Unknown.
    ///
    /// - Parameter hasRoute: whether ports at the provider are reached from here.
    init?(_ probe: Probe, template: InstanceTemplateSpec, observed: ObservedInstance, hasRoute: Bool = true) {
        if let exec = probe.exec {
            self = .exec(exec.command)
        } else if !hasRoute {
            return nil
        } else if let get = probe.httpGet, let (host, port) = ProbeTarget.address(get.port, template, observed) {
            self = .http(host: host, port: port, path: get.path)
        } else if let tcp = probe.tcpSocket, let (host, port) = ProbeTarget.address(tcp.port, template, observed) {
            self = .tcp(host: host, port: port)
        } else {
            return nil
        }
    }

    private static func address(
        _ port: IntOrString, _ template: InstanceTemplateSpec, _ observed: ObservedInstance
    ) -> (String, Int)? {
        let wanted: Int? =
            switch port {
            case .int(let number): number
            case .string(let name): template.ports.first { $0.name == name }?.containerPort
            }
        guard let wanted else { return nil }
        if template.network == "host" { return ("127.0.0.1", wanted) }
        if let published = observed.ports.first(where: { $0.containerPort == wanted }) {
            return (
                published.hostIP == "0.0.0.0" || published.hostIP.isEmpty ? "127.0.0.1" : published.hostIP,
                published.hostPort
            )
        }
        return observed.address.map { ($0, wanted) }
    }
}
