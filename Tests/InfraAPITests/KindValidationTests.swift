import InfraAPI
import JSON
import Testing

struct KindValidationTests {
    @Test func `a cluster-scoped object has no namespace`() {
        var provider = ProviderObject()
        provider.metadata = ObjectMeta(name: "docker", namespace: "shop")
        #expect(
            ProviderObject.resourceType.validate(provider.json).map(\.description) == [
                "metadata.namespace: Forbidden: not allowed: Provider is cluster-scoped; leave it out"
            ])
    }

    @Test func `apiVersion and kind must be the kind's own`() {
        var object = Samples.minimal.json
        object["apiVersion"] = "imm.dev/v1"
        object["kind"] = "Instanceset"
        #expect(
            InstanceSet.resourceType.validate(object).map(\.description) == [
                "apiVersion: Invalid value: \"imm.dev/v1\": must be \"imm.dev/v1alpha1\"",
                "kind: Invalid value: \"Instanceset\": must be \"InstanceSet\"",
            ])
    }

    @Test func `a namespace is named by a label`() {
        var namespace = Namespace()
        namespace.metadata.name = "a.b"
        #expect(Namespace.resourceType.validate(namespace.json).map(\.path.description) == ["metadata.name"])
    }

    @Test func `a Provider needs nothing but a name`() throws {
        let written: JSONValue = ["metadata": ["name": "docker"]]
        let stored = ProviderObject.resourceType.defaulted(written)
        #expect(ProviderObject.resourceType.validate(stored).isEmpty)
        #expect(stored["spec"] == ["type": "docker", "maxConcurrentOperations": 8])
    }

    @Test func `a Provider over tcp needs credentials, and one on this host takes none`() throws {
        var provider = ProviderObject()
        provider.metadata.name = "remote"
        provider.spec.endpoint = "tcp://engine.example:2376"
        func paths() -> [String] { ProviderObject.resourceType.validate(provider.json).map(\.path.description) }
        #expect(paths() == ["spec.credentials"])
        var credentials = ProviderCredentials()
        credentials.secretRef.namespace = "ops"
        credentials.secretRef.name = "engine-tls"
        provider.spec.credentials = credentials
        #expect(paths() == [])
        provider.spec.endpoint = "unix:///run/docker.sock"
        #expect(paths() == ["spec.credentials"])
    }

    @Test func `a cluster has no endpoint, and no other back end has a cluster's settings`() {
        var provider = ProviderObject()
        provider.metadata.name = "cluster"
        provider.spec.type = .kubernetes
        func paths() -> [String] { ProviderObject.resourceType.validate(provider.json).map(\.path.description) }
        #expect(paths() == [])
        var settings = KubernetesProviderSpec()
        settings.storageClassName = "fast"
        settings.accessMode = .readWriteOncePod
        provider.spec.kubernetes = settings
        #expect(paths() == [])
        provider.spec.endpoint = "tcp://cluster.example:6443"
        #expect(paths() == ["spec.endpoint"])
        provider.spec.endpoint = nil
        provider.spec.type = .docker
        #expect(paths() == ["spec.kubernetes"])
    }

    @Test func `stringData is merged into data and overrides it`() throws {
        let written: JSONValue = [
            "metadata": ["name": "s"], "data": ["a": "QQ==", "b": "Qg=="], "stringData": ["b": "ü", "c": ""],
        ]
        let merged = Secret.mergingStringData(written)
        #expect(merged == ["metadata": ["name": "s"], "data": ["a": "QQ==", "b": "w7w=", "c": ""]])
        let secret = try Secret(json: merged)
        #expect(secret.bytes(for: "b") == Array("ü".utf8))
        #expect(secret.bytes(for: "z") == nil)
        let wrong: JSONValue = ["stringData": ["a": 1]]
        #expect(Secret.mergingStringData(wrong) == wrong, "validation names what is no string")
    }

    @Test func `what kubectl and client libraries send for built-in kinds is accepted`() {
        let namespace: JSONValue = [
            "apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "a", "creationTimestamp": .null],
            "spec": ["finalizers": ["kubernetes"]], "status": [:],
        ]
        #expect(Namespace.resourceType.validate(namespace).map(\.description) == [])
        let event: JSONValue = [
            "apiVersion": "v1", "kind": "Event", "metadata": ["generateName": "kopf-event-", "namespace": "a"],
            "involvedObject": ["apiVersion": "imm.dev/v1alpha1", "kind": "InstanceSet", "name": "web", "uid": "u"],
            "action": "Action?", "type": "Normal", "reason": "Logging", "message": "hello", "count": 1,
            "reportingComponent": "kopf", "reportingInstance": "dev", "source": ["component": "kopf"],
            "firstTimestamp": "2026-11-21T03:34:00.123456Z", "eventTime": "2026-11-21T03:34:00.123456Z",
            "lastTimestamp": "2026-11-21T03:34:00Z",
        ]
        #expect(Event.resourceType.validate(event).map(\.description) == [])
        let lease: JSONValue = [
            "apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": ["name": "a"],
            "spec": [
                "holderIdentity": "me", "leaseDurationSeconds": 15, "acquireTime": "2026-11-21T03:34:00.123456Z",
                "renewTime": "2026-11-21T03:34:00.123456Z", "leaseTransitions": 0,
            ],
        ]
        #expect(Lease.resourceType.validate(lease).map(\.description) == [])
    }
}
