import Ambient
import InfraAPI
import ProviderInterface
import Simulation
import Testing

/// The fake is strict: what is illegal is refused and remembered as a broken law.
@Suite struct `Simulated provider` {
    private static let volume = VolumeHandle(uid: "v1")

    private static func creation(_ uid: String, epoch: Int, volume: String? = "v1", fence: String? = "v1")
        -> InstanceCreation
    {
        var template = InstanceTemplate()
        template.spec.image = "app@sha256:1"
        return InstanceCreation(
            handle: InstanceHandle(
                uid: uid, fenceVolumeUID: volume == nil ? nil : fence, epoch: epoch, providerID: nil),
            set: "default/web", slot: 0, instanceName: "web-0-\(uid)", revision: "web-1", revisionHash: "v1-1",
            template: template, secretValues: [:],
            volumes: volume.map { [VolumeAttachmentRequest(claim: "data", volumeUID: $0)] } ?? [])
    }

    private static func run(
        _ image: SimulatedImage = SimulatedImage(digest: "sha256:1"), seed: UInt64 = 1,
        _ body: @escaping @Sendable (Simulation, SimulatedProvider) async throws -> Void
    ) -> [LawViolation] {
        let simulation = Simulation(seed: seed)
        let engine = SimulatedEngine(simulation)
        engine.register("app:1", image)
        let provider = SimulatedProvider(engine, simulation)
        let end = simulation.run(until: .seconds(10_000)) {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await engine.run() }
                do {
                    #expect(try await provider.resolve(image: "app:1", askRegistryFirst: false) == "app@sha256:1")
                    try await provider.prepare(image: "app@sha256:1")
                    _ = try await provider.createVolume(
                        VolumeCreation(uid: "v1", size: Quantity(bytes: 1), set: "default/web", slot: 0))
                    try await body(simulation, provider)
                } catch {
                    Issue.record(error)
                }
                group.cancelAll()
            }
        }
        #expect(end == .finished)
        return engine.contents.violations
    }

    private static func code(_ body: () async throws(ProviderError) -> Void) async -> ProviderError.Code? {
        do throws(ProviderError) {
            try await body()
            return nil
        } catch { return error.code }
    }

    @Test func `a whole life breaks no law, and each call may be repeated`() {
        let violations = Self.run { _, provider in
            let creation = Self.creation("a", epoch: 1)
            let made = try await provider.create(creation)
            #expect(try await provider.create(creation) == made)
            var handle = creation.handle
            handle.providerID = made.providerID
            #expect(try await provider.start(handle).state == .running)
            #expect(try await provider.start(handle).state == .running)
            try await provider.stop(handle, grace: .seconds(10))
            #expect(try await provider.read(handle).instance?.state == .exited(code: 0))
            try await provider.stop(handle, grace: .seconds(10))
            try await provider.destroy(handle)
            try await provider.destroy(handle)
            #expect(try await provider.read(handle).instance == nil)
            let next = try await provider.create(Self.creation("b", epoch: 2))
            #expect(next.name == made.name)
        }
        #expect(violations.isEmpty)
    }

    @Test func `the name is a fence: while one holds it, another waits, and no law is broken`() {
        let violations = Self.run { _, provider in
            _ = try await provider.create(Self.creation("a", epoch: 1))
            let code = await Self.code { () async throws(ProviderError) in
                _ = try await provider.create(Self.creation("b", epoch: 2))
            }
            #expect(code == .nameTaken)
        }
        #expect(violations.isEmpty)
    }

    @Test func `a second holder under another name and an old epoch are broken laws, and a second start is refused`() {
        let violations = Self.run { _, provider in
            let made = try await provider.create(Self.creation("a", epoch: 3))
            var codes: [ProviderError.Code?] = []
            codes.append(
                await Self.code { () async throws(ProviderError) in
                    _ = try await provider.create(Self.creation("b", epoch: 4, fence: "elsewhere"))
                })
            var handle = Self.creation("a", epoch: 3).handle
            handle.providerID = made.providerID
            _ = try await provider.start(handle)
            try await provider.stop(handle, grace: .zero)
            codes.append(
                await Self.code { () async throws(ProviderError) in _ = try await provider.start(handle) })
            try await provider.destroy(handle)
            codes.append(
                await Self.code { () async throws(ProviderError) in
                    _ = try await provider.create(Self.creation("c", epoch: 3))
                })
            #expect(codes == [.volumeInUse, .alreadyExited, .volumeInUse])
        }
        #expect(violations.map(\.law) == [.oneWriter, .oneWriter])
    }

    @Test func `foreign objects are not shown, and destroying one is a broken law`() {
        let violations = Self.run { _, provider in
            provider.engine.addForeign(name: "theirs")
            #expect(try await provider.observe().instances.isEmpty)
            #expect(try await provider.observe().volumes.map(\.uid) == ["v1"])
            try await provider.destroy(
                InstanceHandle(
                    uid: "foreign-instance-theirs", fenceVolumeUID: nil, epoch: 0, providerID: "foreign-theirs"))
            #expect(provider.engine.contents.sortedInstances.count == 1)
        }
        #expect(violations.map(\.law) == [.nothingForeign])
    }

    @Test func `images say how instances behave`() {
        var image = SimulatedImage(digest: "sha256:1")
        image.readyAfter = .seconds(2)
        image.exitsAfter = .seconds(10)
        image.exitCode = 3
        let violations = Self.run(image) { simulation, provider in
            let events = try await provider.events()
            let creation = Self.creation("a", epoch: 0, volume: nil)
            let made = try await provider.create(creation)
            var handle = creation.handle
            handle.providerID = made.providerID
            _ = try await provider.start(handle)
            #expect(provider.engine.probe(uid: "a") == .fail)
            try await simulation.time.sleep(for: .seconds(3))
            #expect(provider.engine.probe(uid: "a") == .pass)
            #expect(try await provider.execute(handle, command: ["true"], timeout: .seconds(1)).exitCode == 0)
            try await simulation.time.sleep(for: .seconds(10))
            #expect(try await provider.read(handle).instance?.state == .exited(code: 3))
            var kinds: [ProviderEvent.Kind] = []
            for _ in 0..<3 { if let event = try await events.next() { kinds.append(event.kind) } }
            #expect(kinds == [.created, .started, .exited])
        }
        #expect(violations.isEmpty)
    }

    @Test func `an unknown outcome is done, not done, or done later`() {
        let violations = Self.run { simulation, provider in
            let creation = Self.creation("a", epoch: 0, volume: nil)
            func exists() async throws(ProviderError) -> Bool {
                try await provider.read(creation.handle).instance != nil
            }
            provider.script(.create, [.unknownNotDone, .unknownLate, .unreachable])
            for (code, late) in [(ProviderError.Code.unknownOutcome, false), (.unknownOutcome, true)] {
                let met = await Self.code { () async throws(ProviderError) in _ = try await provider.create(creation) }
                #expect(met == code)
                #expect(try await !exists())
                if late {
                    try await simulation.time.sleep(for: .seconds(31))
                    #expect(try await exists())
                }
            }
            let met = await Self.code { () async throws(ProviderError) in _ = try await provider.create(creation) }
            #expect(met == .unreachable)
            provider.script(.destroy, [.unknownDone])
            let destroyed = await Self.code { () async throws(ProviderError) in
                try await provider.destroy(creation.handle)
            }
            #expect(destroyed == .unknownOutcome)
            #expect(try await !exists())
        }
        #expect(violations.isEmpty)
    }

    @Test func `under another identity there are no effects, and the old data comes back with the old one`() {
        let violations = Self.run { _, provider in
            let described = try await provider.describe(recordedIdentity: nil)
            let creation = Self.creation("a", epoch: 1)
            _ = try await provider.create(creation)
            provider.engine.replaceDataRoot()
            #expect(try await provider.observe().instances.isEmpty)
            #expect(try await provider.read(creation.handle).identity != described.identity)
            for _ in 0..<2 {
                let met = await Self.code { () async throws(ProviderError) in
                    _ = try await provider.create(Self.creation("b", epoch: 2))
                }
                #expect(met == .identityMismatch)
            }
            let again = await Self.code { () async throws(ProviderError) in
                _ = try await provider.describe(recordedIdentity: described.identity)
            }
            #expect(again == .identityMismatch)
            provider.engine.restoreDataRoot()
            _ = try await provider.describe(recordedIdentity: described.identity)
            #expect(try await provider.read(creation.handle).instance?.uid == "a")
        }
        #expect(violations.isEmpty)
    }

    @Test(arguments: 1...30)
    func `whatever the faults, two instances never run with one volume`(seed: UInt64) {
        let violations = Self.run(seed: seed) { simulation, provider in
            provider.engine.setFaults(.rough)
            // A controller as it should be: one at a time, the next epoch only after a confirming read.
            for epoch in 1...8 {
                let creation = Self.creation("i\(epoch)", epoch: epoch)
                func untilDone(_ body: () async throws(ProviderError) -> Bool) async {
                    while true {
                        do throws(ProviderError) {
                            if try await body() { return }
                        } catch  where error.code == .alreadyExited { return } catch {}
                        try? await simulation.time.sleep(for: .seconds(1))
                    }
                }
                await untilDone { () async throws(ProviderError) in
                    _ = try await provider.create(creation)
                    return true
                }
                await untilDone { () async throws(ProviderError) in
                    switch try await provider.read(creation.handle).instance?.state {
                    case .created: _ = try await provider.start(creation.handle)
                    case .running, .exited: break
                    case nil: return false
                    }
                    return true
                }
                if epoch == 4 { provider.engine.crash(uid: "i4") }
                await untilDone { () async throws(ProviderError) in
                    try await provider.destroy(creation.handle)
                    return try await provider.read(creation.handle).instance == nil
                }
            }
            let runs = provider.engine.contents.mayRunLog
            #expect(runs.count == 8)
            for (earlier, later) in zip(runs, runs.dropFirst()) {
                #expect((earlier.ended ?? .seconds(1_000_000)) <= later.began)
                #expect(earlier.epoch < later.epoch)
            }
        }
        #expect(violations.isEmpty)
    }
}
