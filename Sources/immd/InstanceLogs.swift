import APIServer
import Ambient
import Controllers
import InfraAPI
import ProviderInterface
import ResourceAPI

/// `GET …/instances/NAME/log`, from the provider that runs the instance.
struct InstanceLogs {
    let client: any ResourceClient
    let controllers: ControllerSet

    func open(_ reference: ObjectReference, _ request: LogRequest) async throws(APIStatus) -> LogText {
        let instance = try await client.get(Instance.self, namespace: reference.namespace, name: reference.name)
        guard let agent = controllers.providers.agent(named: instance.spec.provider),
            let id = instance.status.providerID
        else {
            throw APIStatus(
                code: 400, reason: .badRequest, message: "instance \(instance.name) was not made at its provider yet")
        }
        var options = LogOptions()
        options.follow = request.follow
        options.tail = request.tailLines
        options.timestamps = request.timestamps
        options.since = request.sinceSeconds.map { SystemTime().now - .seconds($0) }
        let handle = InstanceHandle(uid: instance.uid, fenceVolumeUID: nil, epoch: instance.spec.epoch, providerID: id)
        do throws(ProviderError) {
            let stream = try await agent.provider.logs(handle, options)
            return LogText {
                () async throws(APIStatus) -> [UInt8]? in
                do throws(ProviderError) { return try await stream.next() } catch { throw APIStatus(error) }
            } cancel: {
                stream.cancel()
            }
        } catch { throw APIStatus(error) }
    }
}

extension APIStatus {
    fileprivate init(_ error: ProviderError) {
        self.init(code: 503, reason: .serviceUnavailable, message: error.message)
    }
}
