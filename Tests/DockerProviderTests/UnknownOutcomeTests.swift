import Ambient
import DockerEngine
import DockerProvider
import ProviderInterface
import Testing

/// An effect whose answer is lost: it is reported as unknown, a confirming read tells, and doing it again is safe.
@Suite(.enabled(if: TestEngine.isThere, TestEngine.reason))
struct UnknownOutcomeTests {
    private func withProxy(_ body: (ProviderBed, LossyProxy) async throws -> Void) async throws {
        let proxy = try LossyProxy(engine: try #require(TestEngine.socketPath))
        defer { proxy.stop() }
        try await ProviderBed.with(socketPath: proxy.path) { bed in try await body(bed, proxy) }
    }

    @Test func `a create whose answer is lost is found by its name, and repeated without a second one`() async throws {
        try await withProxy { bed, proxy in
            let creation = bed.creation()
            proxy.failNext("/containers/create", .loseAnswer)
            await expectError(.unknownOutcome) { _ = try await bed.provider.create(creation) }
            let found = try #require(try await bed.provider.read(creation.handle).instance)
            #expect(found.state == .created)
            #expect(try await bed.provider.create(creation) == found)
        }
    }

    @Test func `a create that never reached the engine is told as unknown too, and the read says absent`() async throws
    {
        try await withProxy { bed, proxy in
            let creation = bed.creation()
            proxy.failNext("/containers/create", .loseCall)
            await expectError(.unknownOutcome) { _ = try await bed.provider.create(creation) }
            let read = try await bed.provider.read(creation.handle)
            #expect(read.instance == nil)
        }
    }

    @Test func `a start whose answer is lost ran once, and is not repeated`() async throws {
        try await withProxy { bed, proxy in
            let creation = bed.creation(bed.template("exit 0"))
            _ = try await bed.provider.create(creation)
            proxy.failNext("/start", .loseAnswer)
            await expectError(.unknownOutcome) { _ = try await bed.provider.start(creation.handle) }
            _ = try await bed.engine.waitForContainer(
                try #require(try await bed.provider.read(creation.handle).instance).providerID, timeout: .seconds(10))
            let before = try await bed.provider.read(creation.handle).instance
            await expectError(.alreadyExited) { _ = try await bed.provider.start(creation.handle) }
            #expect(try await bed.provider.read(creation.handle).instance == before)
        }
    }

    @Test func `a stop and a removal whose answers are lost are repeated safely`() async throws {
        try await withProxy { bed, proxy in
            let handle = try await bed.running(bed.creation())
            proxy.failNext("/stop", .loseAnswer)
            await expectError(.unknownOutcome) { try await bed.provider.stop(handle, grace: .seconds(5)) }
            try await bed.provider.stop(handle, grace: .seconds(5))
            proxy.failNext("DELETE", .loseAnswerAndDie)
            await expectError(.unknownOutcome) { try await bed.provider.destroy(handle) }
        }
    }

    @Test func `an effect that the engine acknowledged is not unreachable because the look at it failed`() async throws
    {
        try await withProxy { bed, proxy in
            let creation = bed.creation()
            _ = try await bed.provider.create(creation)
            proxy.failNext("/json", .loseCall, after: "/start")
            await expectError(.unknownOutcome) { _ = try await bed.provider.start(creation.handle) }
            let read = try await bed.provider.read(creation.handle)
            #expect(read.instance?.state == .running)
        }
    }

    @Test func `an engine that is gone before the call is unreachable, and nothing was done`() async throws {
        try await withProxy { bed, proxy in
            proxy.stop()
            await expectError(.unreachable) { _ = try await bed.provider.create(bed.creation()) }
            await expectError(.unreachable) { _ = try await bed.provider.observe() }
            await expectError(.unreachable) { _ = try await bed.provider.events() }
        }
    }
}
