import InfraAPI
import JSON
import Testing

/// One set that cannot work: the change to a sample, and everything that is said about it.
struct WrongSet: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let sample: InstanceSet
    let change: @Sendable (inout InstanceSet) -> Void
    let errors: [String]

    init(
        _ description: String, _ sample: InstanceSet, errors: [String] = [],
        _ change: @escaping @Sendable (inout InstanceSet) -> Void
    ) {
        testDescription = description
        self.sample = sample
        self.change = change
        self.errors = errors
    }

    var set: InstanceSet {
        var set = sample
        change(&set)
        return set
    }
}

struct InstanceSetValidationTests {
    private static let spec = "spec.template.spec"

    @Test(arguments: [Samples.minimal, Samples.web, Samples.database, Samples.everything])
    func `the samples are valid`(set: InstanceSet) {
        #expect(InstanceSet.resourceType.validate(set.json).map(\.description) == [])
        #expect(InstanceSet.resourceType.validateUpdate(from: set.json, to: set.json).isEmpty)
    }

    @Test(arguments: [
        WrongSet(
            "a name of 41 bytes", Samples.minimal,
            errors: ["metadata.name: Too long: may not be more than 40 bytes"]
        ) { $0.metadata.name = String(repeating: "a", count: 41) },
        WrongSet(
            "a name with a dot", Samples.minimal,
            errors: [
                "metadata.name: Invalid value: \"a.b\": must be a lowercase RFC 1123 label: lower case letters, digits and"
                    + " '-', starting and ending with a letter or digit, at most 63 bytes (e.g. 'my-name', or '123-abc')"
            ]
        ) { $0.metadata.name = "a.b" },
        WrongSet(
            "no name", Samples.minimal,
            errors: ["metadata.name: Required value: name or generateName is required"]
        ) { $0.metadata.name = "" },
        WrongSet(
            "a deadline within minReadySeconds", Samples.minimal,
            errors: [
                "spec.progressDeadlineSeconds: Invalid value: 60: must be greater than minReadySeconds (60): otherwise"
                    + " every rollout would stall"
            ]
        ) {
            $0.spec.minReadySeconds = 60
            $0.spec.progressDeadlineSeconds = 60
        },
        WrongSet(
            "a reserved variable", Samples.minimal,
            errors: [
                "\(spec).env[0].name: Forbidden: IMM_SLOT is set by imm when an instance is made; use another name"
            ]
        ) { $0.spec.template.spec.env = [Samples.variable("IMM_SLOT", "0")] },
    ]) func `a set that cannot work is refused with the reason`(wrong: WrongSet) {
        #expect(InstanceSet.resourceType.validate(wrong.set.json).map(\.description) == wrong.errors)
    }

    @Test(arguments: [
        WrongSet(
            "one container port twice", Samples.minimal,
            errors: ["\(spec).ports[1].containerPort: Duplicate value: 80"]
        ) { $0.spec.template.spec.ports = [Samples.port("a", 80), Samples.port("b", 80)] },
        WrongSet("one port for TCP and UDP", Samples.minimal) {
            $0.spec.template.spec.ports = [Samples.port("a", 53), Samples.port("b", 53, .udp)]
        },
        WrongSet(
            "one host port twice", Samples.minimal, errors: ["\(spec).ports[1].hostPort: Duplicate value: 8080"]
        ) { $0.spec.template.spec.ports = [Samples.port("a", 80, host: 8080), Samples.port("b", 81, host: 8080)] },
        WrongSet(
            "a host port without a network", Samples.minimal,
            errors: [
                "\(spec).ports[0].hostPort: Forbidden: network none has no ports; remove hostPort, or use another network"
            ]
        ) {
            $0.spec.template.spec.network = "none"
            $0.spec.template.spec.ports = [Samples.port("a", 80, host: 8080)]
        },
        WrongSet(
            "a mapped port under network host", Samples.minimal,
            errors: [
                "\(spec).ports[0].hostPort: Invalid value: 8080: must be 80, the containerPort: network host maps no"
                    + " ports; remove hostPort"
            ]
        ) {
            $0.spec.template.spec.network = "host"
            $0.spec.template.spec.ports = [Samples.port("a", 80, host: 8080)]
        },
        WrongSet(
            "a probe of a port that is not there", Samples.web,
            errors: [
                "\(spec).readinessProbe.httpGet.port: Invalid value: \"htttp\": no port of that name in"
                    + " spec.template.spec.ports (did you mean \"http\"?)"
            ]
        ) { $0.spec.template.spec.readinessProbe = Samples.httpProbe(port: .string("htttp")) },
        WrongSet(
            "a probe of a UDP port", Samples.web,
            errors: ["\(spec).livenessProbe.tcpSocket.port: Invalid value: \"dns\": must be a TCP port, not UDP"]
        ) {
            $0.spec.template.spec.ports.append(Samples.port("dns", 53, .udp))
            $0.spec.template.spec.livenessProbe = Samples.tcpProbe(port: .string("dns"))
        },
        WrongSet("a probe of a port by number", Samples.web) {
            $0.spec.template.spec.readinessProbe = Samples.httpProbe(port: .int(1234))
        },
        WrongSet(
            "a probe without a network", Samples.minimal,
            errors: [
                "\(spec).readinessProbe.tcpSocket: Forbidden: network none cannot be reached; use exec, or another network"
            ]
        ) {
            $0.spec.template.spec.network = "none"
            $0.spec.template.spec.readinessProbe = Samples.tcpProbe(port: .int(80))
        },
    ]) func `ports and probes must fit together`(wrong: WrongSet) {
        #expect(InstanceSet.resourceType.validate(wrong.set.json).map(\.description) == wrong.errors)
    }

    @Test(arguments: [
        WrongSet(
            "a mount without a claim", Samples.database,
            errors: [
                "\(spec).volumeMounts[1].name: Invalid value: \"dat\": no claim of that name in"
                    + " spec.volumeClaimTemplates (did you mean \"data\"?)"
            ]
        ) { $0.spec.template.spec.volumeMounts.append(Samples.mount("dat", "/x")) },
        WrongSet(
            "a claim that nothing mounts", Samples.database,
            errors: [
                "spec.volumeClaimTemplates[1].name: Invalid value: \"logs\": not mounted: add an entry with this name to"
                    + " spec.template.spec.volumeMounts, or remove the claim"
            ]
        ) { $0.spec.volumeClaimTemplates.append(Samples.claim("logs", "1Gi")) },
        WrongSet("one claim at two places", Samples.database) {
            $0.spec.template.spec.volumeMounts.append(Samples.mount("data", "/x"))
        },
        WrongSet(
            "two mounts at one place", Samples.database,
            errors: ["\(spec).volumeMounts[1]: Duplicate value: {\"mountPath\":\"/var/lib/postgresql\"}"]
        ) { $0.spec.template.spec.volumeMounts.append(Samples.mount("data", "/var/lib/postgresql")) },
        WrongSet(
            "a volume and a file at one place", Samples.database,
            errors: [
                "\(spec).files[0].path: Invalid value: \"/var/lib/postgresql\": already taken by an entry of volumeMounts"
            ]
        ) { $0.spec.template.spec.files = [Samples.file("/var/lib/postgresql", "")] },
        WrongSet(
            "a volume and a tmpfs at one place", Samples.database,
            errors: [
                "\(spec).writablePaths[0]: Invalid value: \"/var/lib/postgresql\": already taken by an entry of"
                    + " volumeMounts"
            ]
        ) { $0.spec.template.spec.writablePaths = ["/var/lib/postgresql"] },
        WrongSet("a writable root with writable paths", Samples.web) {
            $0.spec.template.spec.readOnlyRootFilesystem = false
        },
    ]) func `mounts, claims and files must fit together`(wrong: WrongSet) {
        #expect(InstanceSet.resourceType.validate(wrong.set.json).map(\.description) == wrong.errors)
    }

    @Test func `a claim is not let go while it is claimed, and volumes come from another set`() {
        var set = Samples.database
        set.spec.orphanClaims = ["data"]
        #expect(
            InstanceSetValidation.validate(set).map(\.description) == [
                "spec.orphanClaims[0]: Invalid value: \"data\": the claim is still in spec.volumeClaimTemplates; remove it"
                    + " from one of the two"
            ])
        set.spec.orphanClaims = []
        var adoption = VolumeAdoption()
        adoption.set = "db"
        adoption.claims = ["date"]
        set.spec.adoptVolumesFrom = adoption
        #expect(
            InstanceSetValidation.validate(set).map(\.description) == [
                "spec.adoptVolumesFrom.set: Invalid value: \"db\": the set itself: its own orphans come back to it anyway;"
                    + " name another set",
                "spec.adoptVolumesFrom.claims[0]: Invalid value: \"date\": no claim of that name in"
                    + " spec.volumeClaimTemplates (did you mean \"data\"?)",
            ])
        adoption.set = "old"
        adoption.claims = ["data"]
        set.spec.adoptVolumesFrom = adoption
        #expect(InstanceSetValidation.validate(set) == [])
    }
}
