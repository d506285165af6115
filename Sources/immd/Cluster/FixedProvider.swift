import Ambient
import ControllerRuntime
import InfraAPI
import JSON
import ResourceAPI

/// The one Provider of an installation that may not read kinds without a namespace: it stands in the flags, and its status in memory,
/// where the first look at the back end fills it again.
final class FixedProvider: Sendable {
    private let state: Guarded<ProviderObject>
    private let time: any TimeSource

    /// - Parameters:
    ///   - type: also its name.
    ///   - endpoint: nil: the usual one.
    init(_ type: ProviderSpec.Kind, endpoint: String?, _ time: any TimeSource) {
        var provider = ProviderObject()
        provider.metadata = ObjectMeta(name: type.rawValue)
        provider.metadata.uid = "of-the-flags"
        provider.metadata.resourceVersion = "1"
        provider.metadata.generation = 1
        provider.metadata.annotations = [ProviderObject.defaultAnnotation: "true"]
        provider.spec.type = type
        provider.spec.endpoint = endpoint
        state = Guarded(provider)
        self.time = time
    }

    func get(_ name: String) throws(APIStatus) -> JSONValue {
        let provider = state.withLock { $0 }
        guard provider.name == name else {
            throw APIStatus(
                code: 404, reason: .notFound,
                message: "there is no Provider \(name): this immd has the one of its --provider, \(provider.name)")
        }
        return provider.json
    }

    func list() -> ObjectList {
        let provider = state.withLock { $0 }
        return ObjectList(items: [provider.json], resourceVersion: provider.metadata.resourceVersion)
    }

    /// Nobody but us writes it, and what we write we know.
    func watch(_ options: WatchOptions) -> ResourceWatch {
        let ended = Latch()
        let time = time
        return ResourceWatch(
            next: { () async throws(APIStatus) in
                await withTaskGroup(of: Void.self) { group in
                    group.addTask { _ = await ended.wait() }
                    if let seconds = options.timeoutSeconds {
                        group.addTask { try? await time.sleep(for: .seconds(seconds)) }
                    }
                    await group.next()
                    group.cancelAll()
                }
                return nil
            }, cancel: { ended.open() })
    }

    func update(_ object: JSONValue, _ subresource: Subresource?) throws(APIStatus) -> JSONValue {
        let proposed: ProviderObject
        do throws(FieldError) {
            proposed = try ProviderObject(json: object)
        } catch { throw APIStatus(code: 422, reason: .invalid, message: "\(error)") }
        let written = state.withLock { provider -> ProviderObject? in
            guard proposed.name == provider.name,
                proposed.metadata.resourceVersion == provider.metadata.resourceVersion
            else { return nil }
            guard subresource == .status, proposed.status != provider.status else { return provider }
            provider.status = proposed.status
            provider.metadata.resourceVersion = String((Int(provider.metadata.resourceVersion) ?? 0) + 1)
            return provider
        }
        guard let written else {
            throw APIStatus(
                code: 409, reason: .conflict, message: "the Provider \(proposed.name) was written meanwhile")
        }
        return written.json
    }
}
