import InfraAPI
import JSON
import Testing

struct RevisionHashTests {
    private static let key: [UInt8] = Array("installation key of the tests".utf8)
    private static let secrets = [Samples.reference("tokens", "api"): Array("hunter2".utf8)]

    private func hash(
        _ set: InstanceSet, secrets: [SecretReference: [UInt8]] = RevisionHashTests.secrets,
        key: [UInt8] = RevisionHashTests.key
    ) -> String {
        RevisionHash.compute(
            template: set.spec.template, claims: set.spec.volumeClaimTemplates, secretValues: secrets,
            installationKey: key)
    }

    // These literals are frozen: a change of any of them would replace every instance of every fleet.
    @Test func `golden hashes stay`() {
        #expect(hash(Samples.minimal) == "v1-39ed8066662642d6f49b900854567afa18b7f63c73e39ccedf36bcf31514f3b3")
        #expect(hash(Samples.web) == "v1-e36074a9b50b3fe4d140d00b80f054d547f28eab5b503a110cdd08c3e22a49ae")
        #expect(hash(Samples.database) == "v1-dc256b047eef29cfbba7407a47571776b497178016bb100115cfc7729da3d846")
        #expect(hash(Samples.everything) == "v1-31175d22b8f315ed31012c93517590ce1d135c6bab34696cd903653f21525b21")
        #expect(
            RevisionHash.templateHash(Samples.web.spec.template)
                == "v1-53268bc10d63206f4c30b9c29a2b5f6895ec5b93d7edd105af1baeb5e7443157")
    }

    @Test func `a revision's name holds ten digits of the hash`() {
        #expect(RevisionHash.name(set: "web", hash: "v1-0123456789abcdef") == "web-0123456789")
    }

    @Test(arguments: [
        Change("env in another order") { $0.spec.template.spec.env.reverse() },
        Change("ports in another order") { $0.spec.template.spec.ports.reverse() },
        Change("files in another order") { $0.spec.template.spec.files.reverse() },
        Change("mounts in another order") { $0.spec.template.spec.volumeMounts.reverse() },
        Change("claims in another order") { $0.spec.volumeClaimTemplates.reverse() },
        Change("writable paths in another order") { $0.spec.template.spec.writablePaths.reverse() },
        Change("replicas") { $0.spec.replicas += 1 },
        Change("provider") { $0.spec.provider = "other" },
        Change("paused") { $0.spec.paused = true },
        Change("strategy") { $0.spec.strategy.maxUnavailable = .int(2) },
        Change("deadlines") { $0.spec.progressDeadlineSeconds = 60 },
        Change("status") { $0.status.replicas = 9 },
        Change("name") { $0.metadata.name = "other" },
        Change("size of a claim") { $0.spec.volumeClaimTemplates[0].spec.size = Quantity(bytes: 1 << 40) },
        Change("reclaim policy of a claim") { $0.spec.volumeClaimTemplates[0].spec.reclaimPolicy = .delete },
    ]) func `what is not content changes no hash`(change: Change) {
        var set = Samples.everything
        change.apply(&set)
        #expect(set != Samples.everything)
        #expect(hash(set) == hash(Samples.everything))
    }

    @Test(arguments: [
        Change("image") { $0.spec.template.spec.image = "nginx:1.28" },
        Change("command") { $0.spec.template.spec.command = ["/bin/other"] },
        Change("arguments in another order") { $0.spec.template.spec.args.reverse() },
        Change("working directory") { $0.spec.template.spec.workingDir = "/" },
        Change("user") { $0.spec.template.spec.user = "1000" },
        Change("value of a variable") { $0.spec.template.spec.env[0].value = "slow" },
        Change("an empty value instead of none") { $0.spec.template.spec.env.append(Samples.variable("X", "")) },
        Change("another secret") { $0.spec.template.spec.env[1].secretRef?.key = "other" },
        Change("content of a file") { $0.spec.template.spec.files[0].content = "" },
        Change("mode of a file") { $0.spec.template.spec.files[0].mode = 0o400 },
        Change("port") { $0.spec.template.spec.ports[0].containerPort = 81 },
        Change("protocol") { $0.spec.template.spec.ports[0].protocol = .udp },
        Change("network") { $0.spec.template.spec.network = "none" },
        Change("limit") { $0.spec.template.spec.resources.cpu = Quantity(milli: 501) },
        Change("no limit") { $0.spec.template.spec.resources.cpu = nil },
        Change("root file system") { $0.spec.template.spec.readOnlyRootFilesystem = false },
        Change("probe") { $0.spec.template.spec.readinessProbe?.periodSeconds = 9 },
        Change("no probe") { $0.spec.template.spec.readinessProbe = nil },
        Change("grace") { $0.spec.template.spec.terminationGracePeriodSeconds = 0 },
        Change("mount path") { $0.spec.template.spec.volumeMounts[0].mountPath = "/other" },
        Change("label") { $0.spec.template.labels["app"] = "other" },
        Change("annotation") { $0.spec.template.annotations["note"] = "other" },
        Change("name of a claim") { $0.spec.volumeClaimTemplates[0].name = "other" },
        Change("no claim") { $0.spec.volumeClaimTemplates = [] },
    ]) func `every change of content changes the hash`(change: Change) {
        var set = Samples.everything
        change.apply(&set)
        #expect(hash(set) != hash(Samples.everything))
        if set.spec.template != Samples.everything.spec.template {
            #expect(
                RevisionHash.templateHash(set.spec.template)
                    != RevisionHash.templateHash(Samples.everything.spec.template))
        }
    }

    @Test func `the content of a secret counts, under the installation's key`() {
        let reference = Samples.reference("tokens", "api")
        let original = hash(Samples.web)
        #expect(hash(Samples.web, secrets: [reference: Array("hunter3".utf8)]) != original)
        #expect(hash(Samples.web, secrets: [:]) != original)
        #expect(hash(Samples.web, secrets: [reference: []]) != hash(Samples.web, secrets: [:]))
        #expect(hash(Samples.web, key: Array("another key".utf8)) != original)
        // A secret that the template does not refer to is no part of it.
        var more = RevisionHashTests.secrets
        more[Samples.reference("other", "x")] = [1]
        #expect(hash(Samples.web, secrets: more) == original)
        #expect(hash(Samples.minimal, key: [1]) == hash(Samples.minimal, key: [2]))
    }

    @Test func `spelling and written defaults change no hash`() throws {
        let written: JSONValue = [
            "metadata": ["name": "web"],
            "spec": [
                "template": [
                    "spec": [
                        "image": "nginx", "resources": ["memory": "1Gi", "cpu": "0.5"],
                        "files": [["path": "/a", "content": "x"]],
                        "readinessProbe": ["httpGet": ["port": 80]],
                    ]
                ]
            ],
        ]
        var spelled = InstanceSet.resourceType.defaulted(written)
        spelled[path: ["spec", "template", "spec", "resources"]] = ["memory": 1_073_741_824, "cpu": "500m"]
        spelled[path: ["spec", "template", "spec", "command"]] = []
        spelled[path: ["spec", "template", "metadata"]] = ["labels": [:]]
        let file: JSONValue = ["path": "/a", "content": "x", "mode": 292]
        spelled[path: ["spec", "template", "spec", "files"]] = [file]
        #expect(spelled != written)
        #expect(hash(try InstanceSet(json: spelled)) == hash(try InstanceSet(json: written)))
    }

    /// One change of a set.
    struct Change: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let apply: @Sendable (inout InstanceSet) -> Void

        init(_ description: String, _ apply: @escaping @Sendable (inout InstanceSet) -> Void) {
            testDescription = description
            self.apply = apply
        }
    }
}

extension Samples {
    /// A set with something in every field that the hash covers.
    static var everything: InstanceSet {
        var set = web
        set.spec.template.annotations = ["note": "Grüße \u{1F980}"]
        set.spec.template.spec.files.append(file("/etc/other.conf", "\u{0000}\"\\/\u{7F}"))
        set.spec.template.spec.volumeMounts = [mount("data", "/data"), mount("logs", "/logs")]
        set.spec.volumeClaimTemplates = [claim("logs", "1Gi"), claim("data", "10Gi")]
        set.spec.template.spec.livenessProbe = tcpProbe(port: .int(8080))
        return set
    }
}
