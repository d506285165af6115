import Ambient
import ControllerRuntime
import InfraAPI
import Planning
import ProviderInterface

/// The agents of all Providers, by name, and which one a set uses.
public final class ProviderRegistry: Sendable {
    private let agents = Guarded<[String: ProviderAgent]>([:])
    /// Why a Provider could not be set up.
    private let failures = Guarded<[String: String]>([:])
    private let caches: ResourceCaches

    init(caches: ResourceCaches) { self.caches = caches }

    public func agent(named name: String) -> ProviderAgent? { agents.withLock { $0[name] } }

    func add(_ agent: ProviderAgent) { agents.withLock { $0[agent.name] = agent } }

    func failure(named name: String) -> String? { failures.withLock { $0[name] } }

    /// Returns whether it is another one than before; nil: it is set up.
    func setFailure(_ failure: String?, named name: String) -> Bool {
        failures.withLock { failures in
            defer { failures[name] = failure }
            return failures[name] != failure
        }
    }

    func remove(named name: String) { agents.withLock { $0[name] = nil } }

    func agent(for set: InstanceSet) -> ProviderAgent? { name(for: set).flatMap(agent(named:)) }

    /// What the set wrote, what was resolved once, or the Provider marked default.
    func name(for set: InstanceSet) -> String? {
        set.spec.provider ?? set.status.provider ?? caches.providers.list().first(where: \.isDefault)?.metadata.name
    }

    func view(for set: InstanceSet) -> ProviderView {
        func missing(_ name: String, _ why: String) -> ProviderView {
            ProviderView(name: name, health: .missing(why), identity: "", capabilities: ProviderCapabilities())
        }
        guard let name = name(for: set) else {
            return missing("", "no Provider is marked default: name one in spec.provider")
        }
        guard let object = caches.providers.get(NamespacedName(name: name)) else {
            return missing(name, "there is no Provider \(name)")
        }
        guard object.spec.allowedNamespaces.isEmpty || object.spec.allowedNamespaces.contains(set.namespace) else {
            return missing(name, "Provider \(name) does not admit namespace \(set.namespace) (spec.allowedNamespaces)")
        }
        guard let agent = agent(named: name) else {
            return missing(name, failure(named: name) ?? "Provider \(name) is not connected yet")
        }
        var view = agent.view
        let key = "\(set.namespace)/\(set.name)"
        if view.health == .reachable, let other = agent.mirror.foreignInstallation(of: key) {
            view.health = .foreignInstallation(
                "provider \(name) holds objects that installation \(other) made for \(key): an instance made now would begin "
                    + "without their data. Remove them there, or give this set another name")
        }
        return view
    }
}

extension ProviderObject {
    var isDefault: Bool { metadata.annotations[ProviderObject.defaultAnnotation] == "true" }
}
