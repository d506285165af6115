import APIServer
import Ambient
import Controllers
import InfraAPI
import ProviderInterface
import ResourceAPI

/// `…/instances/NAME/exec`, at the provider that runs the instance.
struct InstanceExec {
    let client: any ResourceClient
    let controllers: ControllerSet

    func open(_ reference: ObjectReference, _ request: ExecRequest) async throws(APIStatus) -> any ExecSession {
        let instance = try await client.get(Instance.self, namespace: reference.namespace, name: reference.name)
        guard let agent = controllers.providers.agent(named: instance.spec.provider),
            let id = instance.status.providerID
        else {
            throw APIStatus(
                code: 400, reason: .badRequest, message: "instance \(instance.name) was not made at its provider yet")
        }
        if instance.status.finishedAt != nil || instance.status.exitCode != nil {
            throw APIStatus(
                code: 400, reason: .badRequest,
                message: "instance \(instance.name) does not run any more; a command needs one that does")
        }
        let handle = InstanceHandle(uid: instance.uid, fenceVolumeUID: nil, epoch: instance.spec.epoch, providerID: id)
        let command = InstanceCommand(
            request.command, hasInput: request.stdin, hasOutput: request.stdout, hasError: request.stderr,
            isTerminal: request.tty)
        return ProviderExecSession(
            session: try await call { () throws(ProviderError) in try await agent.provider.open(handle, command) })
    }
}

/// A provider's session, with its errors as the API has them.
private struct ProviderExecSession: ExecSession {
    let session: CommandSession

    func next() async throws(APIStatus) -> ExecOutput? {
        switch try await call({ () throws(ProviderError) in try await session.next() }) {
        case .output(let bytes)?: .stdout(bytes)
        case .error(let bytes)?: .stderr(bytes)
        case nil: nil
        }
    }

    func write(_ bytes: [UInt8]) async throws(APIStatus) {
        try await call { () throws(ProviderError) in try await session.write(bytes) }
    }

    func resize(columns: Int, rows: Int) async throws(APIStatus) {
        try await call { () throws(ProviderError) in try await session.resize(columns: columns, rows: rows) }
    }

    func exitCode() async throws(APIStatus) -> Int {
        try await call { () throws(ProviderError) in try await session.exitCode() }
    }

    func closeInput() { session.closeInput() }
    func cancel() { session.cancel() }
}

private func call<Result>(
    _ body: () async throws(ProviderError) -> Result
) async throws(APIStatus) -> Result {
    do throws(ProviderError) {
        return try await body()
    } catch {
        throw APIStatus(code: 500, reason: .internalError, message: error.message)
    }
}
