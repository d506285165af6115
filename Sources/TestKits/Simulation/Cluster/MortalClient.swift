import Ambient
import InfraAPI
import JSON
import ResourceAPI

/// Who writes: laws that bind the controller leave people alone.
enum Writer {
    @TaskLocal static var isController = false
}

/// One controller process's connection to the API: calls take a little time, and after the process died nothing that it
/// still does has an effect. What it was writing when it died is written or not, as the seed has it.
final class MortalClient: ResourceClient {
    private let inner: any ResourceClient
    private let time: VirtualTime
    private let randomness: SeededRandomness
    private let dead = Guarded(false)

    init(_ inner: any ResourceClient, _ simulation: Simulation, _ randomness: SeededRandomness) {
        self.inner = inner
        time = simulation.time
        self.randomness = randomness
    }

    func die() { dead.withLock { $0 = true } }

    private func call<Answer: Sendable>(
        _ body: @Sendable () async throws(APIStatus) -> Answer
    ) async throws(APIStatus) -> Answer {
        try await pause()
        let answer = try await Writer.$isController.withValue(true) { () async -> Result<Answer, APIStatus> in
            do throws(APIStatus) { return .success(try await body()) } catch { return .failure(error) }
        }.get()
        try await pause()
        return answer
    }

    private func pause() async throws(APIStatus) {
        let pause = Duration.microseconds(randomness.below(3000))
        do {
            try await time.sleep(for: pause)
        } catch {
            throw APIStatus(code: 0, reason: .unreachable, message: "the call was cancelled")
        }
        if dead.withLock({ $0 }) { throw APIStatus(code: 0, reason: .unreachable, message: "this process is dead") }
    }

    func get(_ reference: ObjectReference) async throws(APIStatus) -> JSONValue {
        try await call { () async throws(APIStatus) in try await self.inner.get(reference) }
    }

    func list(
        _ type: ResourceType, in namespace: String?, _ options: ListOptions
    ) async throws(APIStatus) -> ObjectList {
        try await call { () async throws(APIStatus) in try await self.inner.list(type, in: namespace, options) }
    }

    func watch(
        _ type: ResourceType, in namespace: String?, _ options: WatchOptions
    ) async throws(APIStatus) -> ResourceWatch {
        try await call { () async throws(APIStatus) in try await self.inner.watch(type, in: namespace, options) }
    }

    func create(_ object: JSONValue, _ options: WriteOptions) async throws(APIStatus) -> JSONValue {
        try await call { () async throws(APIStatus) in try await self.inner.create(object, options) }
    }

    func update(
        _ object: JSONValue, _ subresource: Subresource?, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue {
        try await call { () async throws(APIStatus) in try await self.inner.update(object, subresource, options) }
    }

    func apply(_ object: JSONValue, _ options: WriteOptions) async throws(APIStatus) -> JSONValue {
        try await call { () async throws(APIStatus) in try await self.inner.apply(object, options) }
    }

    func mergePatch(
        _ reference: ObjectReference, _ patch: JSONValue, _ subresource: Subresource?, _ options: WriteOptions
    ) async throws(APIStatus) -> JSONValue {
        try await call { () async throws(APIStatus) in
            try await self.inner.mergePatch(reference, patch, subresource, options)
        }
    }

    func delete(_ reference: ObjectReference, _ options: DeleteOptions) async throws(APIStatus) -> JSONValue {
        try await call { () async throws(APIStatus) in try await self.inner.delete(reference, options) }
    }
}
