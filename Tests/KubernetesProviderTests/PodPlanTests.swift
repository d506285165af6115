import Ambient
import Foundation
import InfraAPI
import JSON
import Kubelet
import KubernetesAPI
import KubernetesProvider
import ProviderInterface
import Testing

/// What a template becomes on Kubernetes.
@Suite struct PodPlanTests {
    private static func full() -> InstanceCreation {
        var template = ClusterBed.template()
        template.labels = ["app": "web", "imm.dev/uid": "forged"]
        template.annotations = ["note": "kept", "imm.dev/holder": "forged"]
        template.spec.command = ["/bin/server", "--home=$(HOME)"]
        template.spec.args = ["$$", "plain"]
        template.spec.workingDir = "/srv"
        template.spec.env = [variable("PLAIN", value: "a$(b)"), variable("TOKEN", secret: "token")]
        template.spec.files = [
            file("/etc/app/app.conf", content: "x=1\n", mode: 0o444), file("/etc/app/key", secret: "key", mode: 0o400),
        ]
        var port = InfraAPI.Port()
        port.name = "http"
        port.containerPort = 8080
        template.spec.ports = [port]
        template.spec.resources.cpu = Quantity("500m")
        template.spec.resources.memory = Quantity("64Mi")
        template.spec.writablePaths = ["/tmp", "/run"]
        template.spec.terminationGracePeriodSeconds = 20
        var creation = ClusterBed.creation(
            template, uid: "inst-1", fence: "vol-1", epoch: 3,
            volumes: [VolumeAttachmentRequest(claim: "data", volumeUID: "vol-1")])
        creation.secretValues = [
            reference("token"): Array("hunter2".utf8), reference("key"): Array("private".utf8),
        ]
        return creation
    }

    private static func reference(_ key: String) -> SecretReference {
        var reference = SecretReference()
        reference.name = "credentials"
        reference.key = key
        return reference
    }

    private static func variable(_ name: String, value: String? = nil, secret: String? = nil) -> EnvironmentVariable {
        var variable = EnvironmentVariable()
        variable.name = name
        variable.value = value
        variable.secretRef = secret.map(reference)
        return variable
    }

    private static func file(
        _ path: String, content: String? = nil, secret: String? = nil, mode: Int
    ) -> FileMount {
        var file = FileMount()
        file.path = path
        file.content = content
        file.secretRef = secret.map(reference)
        file.mode = mode
        return file
    }

    /// `IMM_WRITE_GOLDEN=1` writes it.
    @Test func `a whole template becomes this Pod and this Secret`() async throws {
        try await ClusterBed.with {
            $0.instancesAreStoredHere = true
        } _: { bed in
            _ = try await bed.provider.createVolume(
                VolumeCreation(
                    uid: "vol-1", size: Quantity(bytes: 1 << 30), set: ClusterBed.set, slot: 0, claim: "data"))
            let creation = PodPlanTests.full()
            _ = try await bed.provider.create(creation)
            var pod = try bed.pod(creation.handle)
            let podUID = pod["metadata"]?["uid"]?.stringValue ?? ""
            var secret = try bed.store.get(
                ClusterKey(resource: "/secrets", namespace: "default", name: "imm-test-inst-1"))
            var claim = try bed.store.get(
                ClusterKey(resource: "/persistentvolumeclaims", namespace: "default", name: "imm-test-vol-1"))
            for member in ["uid", "resourceVersion", "creationTimestamp"] {
                pod[path: ["metadata", member]] = nil
                secret[path: ["metadata", member]] = nil
                claim[path: ["metadata", member]] = nil
            }
            let text = [pod, secret, claim].map { PodPlanTests.indented($0) }.joined(separator: "\n---\n") + "\n"
            let stable = text.replacingOccurrences(of: podUID, with: "<uid of the Pod>")
            #expect(!String(decoding: pod.encoded(), as: UTF8.self).contains("hunter2"))
            try PodPlanTests.compare(stable, "pod.txt")
        }
    }

    private static func compare(_ text: String, _ name: String) throws {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden/\(name)")
        if ProcessInfo.processInfo.environment["IMM_WRITE_GOLDEN"] != nil {
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == text, "write it with IMM_WRITE_GOLDEN=1")
    }

    private static func indented(_ value: JSONValue, _ depth: Int = 0) -> String {
        let space = String(repeating: "  ", count: depth)
        switch value {
        case .object(let object) where !object.isEmpty:
            return object.map { member in
                let isBranch =
                    (member.value.objectValue?.isEmpty ?? true) == false
                    || (member.value.arrayValue?.isEmpty ?? true) == false
                return "\(space)\(member.key):"
                    + (isBranch ? "\n" + indented(member.value, depth + 1) : " \(member.value.encodedString())")
            }.joined(separator: "\n")
        case .array(let items) where !items.isEmpty:
            return items.map { item in
                let text = indented(item, depth + 1)
                return "\(space)- " + text.drop { $0 == " " }
            }.joined(separator: "\n")
        default: return "\(space)\(value.encodedString())"
        }
    }

    @Test(arguments: [
        ("user", "nobody"), ("network", "backplane"), ("network", "none"), ("pids", ""), ("image", "sha256:id"),
    ])
    func `what Kubernetes does not have is refused with what to write instead`(field: String, value: String)
        async throws
    {
        try await ClusterBed.with { bed in
            var template = ClusterBed.template()
            switch field {
            case "user": template.spec.user = value
            case "network": template.spec.network = value
            case "pids": template.spec.resources.pids = 10
            default: template.spec.image = "sha256:" + String(repeating: "0", count: 64)
            }
            let made = try await failure {
                _ = try await bed.provider.create(ClusterBed.creation(template, uid: "one"))
            }
            #expect(made.code == .startRefused)
            #expect(try await bed.provider.observe().instances.isEmpty)
        }
    }

    @Test(arguments: [
        ("no-command", ProviderError.Code.startRefused), ("root", .startRefused), ("unpullable", .pullFailed),
    ])
    func `what a kubelet says of a start is sorted`(program: String, code: ProviderError.Code) async throws {
        try await ClusterBed.with { bed in
            let creation = ClusterBed.creation(ClusterBed.template(program), uid: "one")
            #expect(try await failure { _ = try await bed.running(creation) }.code == code)
            try await bed.provider.destroy(creation.handle)
        }
    }

    @Test func `a start that no node takes says so, and the next try goes on`() async throws {
        try await ClusterBed.with(configure: { $0.startTimeout = .milliseconds(200) }) { bed in
            await bed.kubelet.loseNode()
            let creation = ClusterBed.creation(uid: "one")
            let error = try await failure { _ = try await bed.running(creation) }
            #expect(error.code == .quota)
            try await bed.kubelet.restoreNode()
            try await eventually("it runs") { try await bed.provider.start(creation.handle).state == .running }
        }
    }

    @Test(arguments: [
        (ClusterRefusal.forbidden("pods is forbidden: exceeded quota: pods"), ProviderError.Code.quota),
        (.forbidden("violates PodSecurity \"restricted:latest\""), .startRefused),
        (.forbidden("User cannot create resource pods"), .engineFailed),
        (.invalid("spec.x: Invalid value"), .startRefused),
    ])
    func `a refused create is sorted by who can mend it`(refusal: ClusterRefusal, code: ProviderError.Code) async throws
    {
        try await ClusterBed.with { bed in
            bed.store.refuse("create", "pods", with: refusal)
            let error = try await failure { _ = try await bed.provider.create(ClusterBed.creation(uid: "one")) }
            #expect(error.code == code)
            #expect(error.message.contains(refusal.message))
        }
    }

    @Test func `a Pod whose Secret was not made in time is not started without it`() async throws {
        try await ClusterBed.with { bed in
            let creation = PodPlanTests.full()
            _ = try await bed.provider.createVolume(
                VolumeCreation(
                    uid: "vol-1", size: Quantity(bytes: 1 << 30), set: ClusterBed.set, slot: 0, claim: "data"))
            bed.store.refuse("create", "secrets", with: .forbidden("for now"))
            #expect(try await failure { _ = try await bed.provider.create(creation) }.code == .engineFailed)
            #expect(try await failure { _ = try await bed.provider.start(creation.handle) }.code == .notFound)
            bed.store.refuse("create", "secrets", with: nil)
            _ = try await bed.running(creation)
            try await bed.provider.destroy(creation.handle)
            let secret = ClusterKey(resource: "/secrets", namespace: "default", name: "imm-test-inst-1")
            #expect(throws: ClusterRefusal.self) { try bed.store.get(secret) }
        }
    }

    @Test func `tags need a registry, and digests stay as they are`() async throws {
        let pinned = "registry.test/web@\(ClusterBed.digest)"
        try await ClusterBed.with { bed in
            #expect(try await bed.provider.resolve(image: pinned, askRegistryFirst: true) == pinned)
            let error = try await failure {
                _ = try await bed.provider.resolve(image: "registry.test/web:1", askRegistryFirst: false)
            }
            #expect(error.message.contains("registry.test/web@sha256"))
            #expect(
                try await failure { try await bed.provider.prepare(image: "registry.test/web:1") }.code
                    == .imageNotFound)
        }
        try await ClusterBed.with {
            $0.digest = { (repository, tag) async throws(ProviderError) in
                guard repository == "registry.test/web", tag == "1" else { throw ProviderError(.imageNotFound, tag) }
                return ClusterBed.digest
            }
        } _: { bed in
            let resolved = try await bed.provider.resolve(image: "registry.test/web:1", askRegistryFirst: false)
            #expect(resolved == pinned)
        }
    }
}
