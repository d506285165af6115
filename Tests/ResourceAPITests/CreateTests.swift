import Ambient
import InfraAPI
import JSON
import ObjectStore
import ResourceAPI
import Testing

@Suite struct CreateTests {
    @Test func `a create sets what only the server sets and puts its own status in the place of the request's`()
        async throws
    {
        let fixture = try await Fixture.make()
        let made = try await fixture.createSet { object in
            object["status"] = ["replicas": 7]
            object[path: ["metadata", "uid"]] = "mine"
            object[path: ["metadata", "generation"]] = 9
        }
        #expect(made["status"] == ["observedGeneration": 0])
        #expect(made["metadata"]?["generation"] == 1)
        #expect(made["metadata"]?["uid"]?.stringValue?.count == 36)
        #expect(made["metadata"]?["creationTimestamp"] == .string(TestClock.start.rfc3339Seconds))
        let stored = try await fixture.client.get(fixture.set())
        #expect(stored == made)
        #expect(stored["metadata"]?["resourceVersion"] == "3")
        #expect(stored["spec"]?["progressDeadlineSeconds"] == 600, "defaults are stored")
    }

    @Test func `a second create of the same name is AlreadyExists`() async throws {
        let fixture = try await Fixture.make()
        try await fixture.createSet()
        let status = try await failure { try await fixture.createSet() }
        #expect(status.code == 409)
        #expect(status.reason == .alreadyExists)
        #expect(status.message == "instancesets.imm.dev \"web\" already exists")
        #expect(status.kind == "instancesets")
    }

    @Test func `generated names end in a random suffix and are tried again when taken`() async throws {
        let fixture = try await Fixture.make()
        let first = try await fixture.createSet { object in
            object[path: ["metadata", "name"]] = nil
            object[path: ["metadata", "generateName"]] = "web-"
        }
        let name = try #require(first["metadata"]?["name"]?.stringValue)
        #expect(name.hasPrefix("web-") && name.count == 9)

        // The same generator gives the same first suffix again, which is taken by now.
        let surroundings = Surroundings(time: fixture.clock, randomness: RepeatingRandomness(first: 12))
        let client = LocalResourceClient(store: fixture.store, surroundings: surroundings)
        var body = Fixture.setBody()
        body["metadata"] = ["generateName": "x-", "namespace": "default"]
        let taken = try await client.create(body, WriteOptions())
        let again = LocalResourceClient(
            store: fixture.store,
            surroundings: Surroundings(time: fixture.clock, randomness: RepeatingRandomness(first: 12)))
        let other = try await again.create(body, WriteOptions())
        #expect(taken["metadata"]?["name"] != other["metadata"]?["name"])

        let stuck = LocalResourceClient(
            store: fixture.store,
            surroundings: Surroundings(time: fixture.clock, randomness: RepeatingRandomness(first: .max)))
        let status = try await failure { _ = try await stuck.create(body, WriteOptions()) }
        #expect(status.isAlreadyExists)
        #expect(status.message.hasSuffix("the server was not able to generate a unique name for the object"))
    }

    @Test func `a create in a missing namespace is 404, in a terminating one 403 with the cause`() async throws {
        let fixture = try await Fixture.make()
        let missing = try await failure {
            _ = try await fixture.client.create(Fixture.setBody(namespace: "nowhere"), WriteOptions())
        }
        #expect(missing.code == 404)
        #expect(missing.message == "namespaces \"nowhere\" not found")

        let namespace = ObjectReference(Namespace.resourceType, name: "other")
        let gone = try await fixture.client.delete(namespace, DeleteOptions())
        #expect(gone["status"]?["phase"] == "Terminating")
        let refused = try await failure {
            _ = try await fixture.client.create(Fixture.setBody(namespace: "other"), WriteOptions())
        }
        #expect(refused.code == 403)
        #expect(refused.causes.first?.reason == "NamespaceTerminating")
        #expect(
            refused.message == "instancesets.imm.dev \"web\" is forbidden: unable to create new content in namespace "
                + "other because it is being terminated")
    }

    @Test func `a create with a resourceVersion or without a namespace is refused`() async throws {
        let fixture = try await Fixture.make()
        let versioned = try await failure {
            try await fixture.createSet { $0[path: ["metadata", "resourceVersion"]] = "5" }
        }
        #expect(versioned.message == "resourceVersion should not be set on objects to be created")
        let homeless = try await failure { try await fixture.createSet { $0[path: ["metadata", "namespace"]] = nil } }
        #expect(homeless.code == 400)
        let unknown = try await failure {
            _ = try await fixture.client.create(["apiVersion": "v1", "kind": "Pod"], WriteOptions())
        }
        #expect(unknown.message == "no matches for kind \"Pod\" in version \"v1\"")
    }

    @Test func `a dry run answers as the write would, and writes nothing`() async throws {
        let fixture = try await Fixture.make()
        let before = try await fixture.version()
        let made = try await fixture.createSet("web", WriteOptions(dryRun: true))
        #expect(made["spec"]?["paused"] == false)
        #expect(try await fixture.version() == before)
        #expect(try await failure { _ = try await fixture.client.get(fixture.set()) }.isNotFound)
        try await fixture.createSet()
        let again = try await failure { try await fixture.createSet("web", WriteOptions(dryRun: true)) }
        #expect(again.isAlreadyExists)
    }

    @Test func `an object over the limit of the store is 413`() async throws {
        let fixture = try await Fixture.make()
        let chunk = String(repeating: "x", count: 900_000)
        let status = try await failure {
            var secret = Fixture.secret("big")
            secret["stringData"] = ["a": .string(chunk), "b": .string(chunk)]
            _ = try await fixture.client.create(secret, WriteOptions())
        }
        #expect(status.code == 413)
        #expect(status.reason == .requestEntityTooLarge)
    }

    @Test func `stringData of a Secret goes into data`() async throws {
        let fixture = try await Fixture.make()
        var secret = Fixture.secret("token")
        secret["stringData"] = ["key": "hello"]
        let made = try await fixture.client.create(secret, WriteOptions())
        #expect(made["data"]?["key"] == "aGVsbG8=")
        #expect(made["stringData"].isMissing)
    }
}

/// The same number for a while, then a counter.
private final class RepeatingRandomness: Randomness {
    private let calls = Guarded(0)
    private let first: Int

    init(first: Int) { self.first = first }

    func next() -> UInt64 {
        let call = calls.withLock { calls in
            calls += 1
            return calls
        }
        return call <= first ? 5 : UInt64(call)
    }
}
