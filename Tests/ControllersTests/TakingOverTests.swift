import Ambient
import ControllerRuntime
import InfraAPI
import JSON
import Logging
import ObjectStore
import ResourceAPI
import Testing

@testable import Controllers

/// What a new leader writes anew, and what that does to the one before it.
@Suite struct TakingOverTests {
    private struct Bench {
        let client: LocalResourceClient
        let caches = ResourceCaches()

        init() async throws {
            client = LocalResourceClient(
                store: MemoryObjectStore(surroundings: .system), surroundings: .system, admission: .none)
        }

        var takingOver: TakingOver {
            TakingOver(
                client: client, caches: caches, surroundings: .system,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        }

        func term(_ number: Int) -> LeaderTerm {
            LeaderTerm(namespace: "imm-system", name: "immd-controllers", holder: "second", number: number)
        }

        func make(_ name: String, _ change: (inout Instance) -> Void) async throws -> Instance {
            var instance = Instance()
            instance.metadata = ObjectMeta(name: name, namespace: "default")
            instance.spec.set = "db"
            let created = try await client.create(instance)
            instance = created
            change(&instance)
            let stored = try await client.updateStatus(instance)
            caches.instances.absorb(written: stored)
            return stored
        }
    }

    @Test func `what is under way is written anew, and what is not stays as it is`() async throws {
        let bench = try await Bench()
        let settled = try await bench.make("settled") { $0.status.providerID = "c1" }
        let stopping = try await bench.make("stopping") { instance in
            instance.status.providerID = "c2"
            instance.status.step = InstanceStep()
        }
        let fresh = try await bench.make("fresh") { _ in }
        #expect(await bench.takingOver.run(bench.term(7)))
        func version(_ name: String) async throws -> String {
            try await bench.client.get(Instance.self, namespace: "default", name: name).metadata.resourceVersion
        }
        #expect(try await version("settled") == settled.metadata.resourceVersion)
        #expect(try await version("stopping") != stopping.metadata.resourceVersion)
        #expect(try await version("fresh") != fresh.metadata.resourceVersion)
        // The one before, which planned on what it knew, writes no more.
        let late = await #expect(throws: APIStatus.self) { _ = try await bench.client.updateStatus(stopping) }
        #expect(late?.isConflict == true)
        // The caches have what was written: nothing is written twice in one term, and again in the next.
        let cached = bench.caches.instances.get(NamespacedName(stopping))
        #expect(cached?.metadata.annotations[TakingOver.annotation] == "7 second")
        let marked = try await version("stopping")
        #expect(await bench.takingOver.run(bench.term(7)))
        #expect(try await version("stopping") == marked)
        #expect(await bench.takingOver.run(bench.term(8)))
        #expect(try await version("stopping") != marked)
    }

    @Test func `a record that changed behind the cache is read, and taken over as it is`() async throws {
        let bench = try await Bench()
        let known = try await bench.make("stopping") { $0.status.step = InstanceStep() }
        var moved = known
        moved.status.providerID = "c9"
        _ = try await bench.client.updateStatus(moved)
        #expect(await bench.takingOver.run(bench.term(2)))
        let stored = try await bench.client.get(Instance.self, namespace: "default", name: "stopping")
        #expect(stored.metadata.annotations[TakingOver.annotation] == "2 second")
        #expect(stored.status.providerID == "c9")
    }

    @Test func `volumes between two instances are, and the set that they belong to`() async throws {
        let bench = try await Bench()
        var set = InstanceSet()
        set.metadata = ObjectMeta(name: "db", namespace: "default")
        set = try await bench.client.create(set)
        bench.caches.sets.absorb(written: set)
        var volume = Volume()
        volume.metadata = ObjectMeta(name: "data-db-0", namespace: "default")
        var claim = VolumeClaimReference()
        (claim.set, claim.slot, claim.name) = ("db", 0, "data")
        volume.spec.claim = claim
        volume = try await bench.client.create(volume)
        volume.status.provisioned = true
        volume.status.boundSetUID = set.uid
        volume = try await bench.client.updateStatus(volume)
        bench.caches.volumes.absorb(written: volume)
        #expect(await bench.takingOver.run(bench.term(3)))
        let stored = try await bench.client.get(Volume.self, namespace: "default", name: volume.name)
        #expect(stored.metadata.annotations[TakingOver.annotation] == "3 second")
        #expect(
            try await bench.client.get(InstanceSet.self, namespace: "default", name: "db").metadata.annotations[
                TakingOver.annotation] == "3 second")
    }

    @Test func `a client whose term was not renewed writes nothing and says so`() async throws {
        let bench = try await Bench()
        let isOver = Guarded(false)
        let told = Guarded(0)
        let termed = TermedClient(bench.client, in: bench.term(1)) {
            isOver.withLock { $0 }
        } onOver: {
            told.withLock { $0 += 1 }
        }
        var namespace = Namespace()
        namespace.metadata.name = "one"
        isOver.withLock { $0 = true }
        let refused = await #expect(throws: APIStatus.self) { _ = try await termed.create(namespace) }
        #expect(refused?.isTermOver == true && told.withLock { $0 } == 1)
        #expect(try await bench.client.find(Namespace.self, name: "one") == nil)
    }
}
