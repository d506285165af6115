import InfraAPI
import JSON
import ObjectStore
import ResourceAPI
import Testing

@Suite struct AdmissionTests {
    @Test func `an unknown field is a strict decoding error`() async throws {
        let fixture = try await Fixture.make()
        let status = try await failure {
            try await fixture.createSet { object in
                object[path: ["spec", "replica"]] = 4
                object[path: ["spec", "template", "spec", "imgae"]] = "x"
            }
        }
        #expect(status.code == 400)
        #expect(status.reason == .badRequest)
        #expect(status.message.contains("strict decoding error: unknown field \"spec."))
        #expect(status.message.contains("unknown field \"spec.replica\""))
        #expect(status.message.contains("unknown field \"spec.template.spec.imgae\""))
        #expect(status.causes.map(\.field).sorted() == ["spec.replica", "spec.template.spec.imgae"])
    }

    @Test(arguments: [FieldValidation.warn, .ignore])
    func `unknown fields are dropped where the client wants that`(_ mode: FieldValidation) async throws {
        let fixture = try await Fixture.make()
        let options = WriteOptions(fieldValidation: mode)
        let made = try await fixture.createSet("web", options) { $0[path: ["spec", "replica"]] = 4 }
        #expect(made["spec"]?["replicas"] == 3)
        #expect(made[path: ["spec", "replica"]].isMissing)
        #expect(
            UnknownFields.warnings(["spec": ["replica": 4]], InstanceSet.resourceType).first?
                .hasPrefix("unknown field \"spec.replica\"") == true)
    }

    @Test func `strict decoding holds for update, patch, status and apply too`() async throws {
        let fixture = try await Fixture.make()
        let made = try await fixture.createSet()
        var bad = made
        bad[path: ["spec", "replica"]] = 4
        var badStatus = made
        badStatus["status"] = ["replica": 4]
        var applied = Fixture.setBody()
        applied[path: ["spec", "replica"]] = 4
        let (client, reference) = (fixture.client, fixture.set())
        let writes: [() async throws -> Void] = [
            { [bad] in _ = try await client.update(bad, nil, WriteOptions()) },
            { [badStatus] in _ = try await client.update(badStatus, .status, WriteOptions()) },
            { _ = try await client.mergePatch(reference, ["spec": ["replica": 4]], nil, WriteOptions()) },
            { [applied] in _ = try await client.apply(applied, WriteOptions(fieldManager: "m")) },
        ]
        for write in writes {
            let status = try await failure(write)
            #expect(status.code == 400)
            #expect(status.message.contains("strict decoding error: unknown field"))
        }
        #expect(try await client.get(reference) == made)
    }

    @Test func `every wrong field is a cause of one 422`() async throws {
        let fixture = try await Fixture.make()
        let status = try await failure {
            try await fixture.createSet { object in
                object[path: ["spec", "replicas"]] = -1
                object[path: ["spec", "template", "spec", "image"]] = nil
            }
        }
        #expect(status.code == 422)
        #expect(status.reason == .invalid)
        #expect(status.message.hasPrefix("InstanceSet.imm.dev \"web\" is invalid: ["))
        #expect(Set(status.causes.map(\.field)) == ["spec.replicas", "spec.template.spec.image"])
        #expect(status.kind == "InstanceSet" && status.group == "imm.dev" && status.name == "web")
    }

    @Test func `names are DNS-1123, and a set's leaves room`() async throws {
        let fixture = try await Fixture.make()
        let wrong = try await failure { try await fixture.createSet("Web_1") }
        #expect(wrong.code == 422 && wrong.causes.first?.field == "metadata.name")
        let long = try await failure { try await fixture.createSet(String(repeating: "a", count: 41)) }
        #expect(long.code == 422 && long.causes.first?.field == "metadata.name")
        try await fixture.createSet(String(repeating: "a", count: 40))
    }

    @Test func `a set that is being deleted takes no new spec`() async throws {
        let fixture = try await Fixture.make()
        try await fixture.createSet { $0[path: ["metadata", "finalizers"]] = ["imm.dev/x"] }
        _ = try await fixture.client.delete(fixture.set(), DeleteOptions())
        let options = WriteOptions(fieldManager: "immctl")
        var changed = Fixture.setBody()
        changed[path: ["spec", "replicas"]] = 9
        let (client, reference) = (fixture.client, fixture.set())
        let writes: [() async throws -> Void] = [
            { _ = try await client.apply(Fixture.setBody(), options) },
            { [changed] in _ = try await client.apply(changed, options) },
            { _ = try await client.mergePatch(reference, ["spec": ["replicas": 9]], nil, options) },
        ]
        for write in writes {
            let status = try await failure(write)
            #expect(status.code == 409)
            #expect(status.message.contains("the set is being deleted since"))
            #expect(status.message.contains("imm.dev/x"))
        }
        _ = try await client.mergePatch(reference, ["metadata": ["labels": ["a": "b"]]], nil, options)
        _ = try await client.mergePatch(reference, ["status": ["replicas": 1]], .status, options)
    }

    private func provider(_ fixture: Fixture, _ change: (inout ProviderObject) -> Void = { _ in }) async throws {
        var provider = ProviderObject()
        provider.metadata = ObjectMeta(name: "docker")
        provider.metadata.annotations = [ProviderObject.defaultAnnotation: "true"]
        var status = ProviderStatus()
        status.capabilities = ProviderCapabilities()
        provider.status = status
        change(&provider)
        let wanted = provider.status
        var made = try await fixture.client.create(provider)
        made.status = wanted
        _ = try await fixture.client.updateStatus(made)
    }

    @Test func `a set may name a provider that is not there yet`() async throws {
        let fixture = try await Fixture.make()
        try await fixture.createSet { $0[path: ["spec", "provider"]] = "later" }
    }

    @Test func `a provider serves its allowed namespaces only`() async throws {
        let fixture = try await Fixture.make()
        try await provider(fixture) { $0.spec.allowedNamespaces = ["other"] }
        let status = try await failure { try await fixture.createSet() }
        #expect(status.code == 403)
        #expect(status.message.contains("provider \"docker\" does not allow namespace \"default\""))
        _ = try await fixture.client.create(Fixture.setBody(namespace: "other"), WriteOptions())
    }

    @Test func `what a provider cannot do is refused when the set is applied`() async throws {
        let fixture = try await Fixture.make()
        try await provider(fixture) { provider in
            provider.status.capabilities?.files = false
            provider.status.capabilities?.hostPort = false
            provider.status.capabilities?.readOnlyRoot = false
        }
        let status = try await failure {
            try await fixture.createSet { object in
                object[path: ["spec", "replicas"]] = 1
                object[path: ["spec", "template", "spec", "files"]] = [["path": "/etc/a", "content": "b"]]
                object[path: ["spec", "template", "spec", "ports"]] = [
                    ["name": "http", "containerPort": 80, "hostPort": 8080]
                ]
            }
        }
        #expect(status.code == 422)
        #expect(
            status.causes.map(\.field) == [
                "spec.template.spec.files", "spec.template.spec.ports[0].hostPort",
                "spec.template.spec.readOnlyRootFilesystem",
            ])
        try await fixture.createSet { $0[path: ["spec", "template", "spec", "readOnlyRootFilesystem"]] = false }
    }

    @Test func `a provider's endpoint is not set while the provider is in use`() async throws {
        let fixture = try await Fixture.make()
        try await provider(fixture)
        var volume = Volume()
        volume.metadata = ObjectMeta(name: "data", namespace: "default")
        volume.spec.provider = "docker"
        let made = try await fixture.client.create(volume)
        let reference = ObjectReference(ProviderObject.resourceType, name: "docker")
        let move: JSONValue = ["spec": ["endpoint": "unix:///run/a.sock"]]
        let status = try await failure {
            _ = try await fixture.client.mergePatch(reference, move, nil, WriteOptions())
        }
        #expect(status.code == 422)
        #expect(status.message.contains("in use by 1 volumes, such as default/data"))
        _ = try await fixture.client.mergePatch(
            reference, ["spec": ["maxConcurrentOperations": 3]], nil, WriteOptions())

        var released = made
        released.metadata.finalizers = []
        _ = try await fixture.client.update(released)
        try await fixture.client.delete(released)
        let moved = try await fixture.client.mergePatch(reference, move, nil, WriteOptions())
        #expect(moved["spec"]?["endpoint"] == "unix:///run/a.sock")
    }
}
