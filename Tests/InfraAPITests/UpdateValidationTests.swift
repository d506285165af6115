import InfraAPI
import JSON
import Testing

struct UpdateValidationTests {
    private func errors<Object: APIObject>(
        from old: Object, _ change: (inout Object) -> Void
    ) -> [String] {
        var new = old
        change(&new)
        return Object.resourceType.validateUpdate(from: old.json, to: new.json).map(\.description)
    }

    @Test func `claims may be added and reordered, but neither removed just so nor shrunk`() {
        var set = Samples.database
        set.spec.volumeClaimTemplates.append(Samples.claim("logs", "1Gi"))
        #expect(errors(from: Samples.database) { $0 = set } == [])
        #expect(errors(from: set) { $0.spec.volumeClaimTemplates.reverse() } == [])
        #expect(errors(from: set) { $0.spec.volumeClaimTemplates[0].spec.reclaimPolicy = .delete } == [])
        #expect(
            errors(from: set) { $0.spec.volumeClaimTemplates.removeFirst() } == [
                "spec.volumeClaimTemplates: Forbidden: claim \"data\" may not be removed just so: its volumes would be"
                    + " left without a place; add its name to spec.orphanClaims, which orphans them with their data, or"
                    + " put the claim back"
            ])
        #expect(
            errors(from: set) { $0.spec.volumeClaimTemplates[0].spec.size = Quantity(bytes: 5 << 30) } == [
                "spec.volumeClaimTemplates[0].spec.size: Invalid value: \"5Gi\": may not be smaller than 10Gi: a volume"
                    + " never shrinks; keep 10Gi, or add a claim under another name and move the data"
            ])
        #expect(
            errors(from: set) {
                $0.spec.volumeClaimTemplates.removeFirst()
                $0.spec.orphanClaims = ["data"]
            } == [])
        // Whether it can grow is its provider's business.
        #expect(
            errors(from: set) { $0.spec.volumeClaimTemplates[1].spec.size = Quantity(bytes: 2 << 30) } == [])
    }

    @Test func `a claim's access mode cannot change, wherever it stands in the list`() {
        var old = Samples.database.json
        old[path: ["spec", "volumeClaimTemplates"]] = [
            ["name": "data", "spec": ["size": "10Gi", "accessMode": "ReadWriteOnce"]]
        ]
        var new = old
        new[path: ["spec", "volumeClaimTemplates"]] = [
            ["name": "more", "spec": ["size": "1Gi"]],
            ["name": "data", "spec": ["size": "10Gi", "accessMode": "ReadWriteMany"]],
        ]
        #expect(
            InstanceSet.resourceType.schema.immutabilityErrors(from: old, to: new).map(\.description) == [
                "spec.volumeClaimTemplates[1].spec.accessMode: Invalid value: \"ReadWriteMany\": field is immutable (add a"
                    + " claim under another name, move the data, and mount that one)"
            ])
    }

    @Test func `the same size in other words is no change`() {
        var old = Samples.database.json
        old[path: ["spec", "volumeClaimTemplates"]] = [["name": "data", "spec": ["size": "10Gi"]]]
        var new = old
        new[path: ["spec", "volumeClaimTemplates"]] = [["name": "data", "spec": ["size": 10_737_418_240]]]
        #expect(InstanceSet.resourceType.validateUpdate(from: old, to: new).isEmpty)
    }

    @Test func `a set's provider is chosen once`() {
        var set = Samples.minimal
        #expect(errors(from: set) { $0.spec.provider = "a" } == [])
        set.status.provider = "a"
        #expect(errors(from: set) { $0.spec.provider = "a" } == [])
        #expect(
            errors(from: set) { $0.spec.provider = "b" } == [
                "spec.provider: Invalid value: \"b\": field is immutable: the set runs on provider \"a\" (make a new set"
                    + " to run it on another provider)"
            ])
        set.spec.provider = "a"
        #expect(
            errors(from: set) { $0.spec.provider = "b" } == [
                "spec.provider: Invalid value: \"b\": field is immutable (make a new set to run it on another provider)"
            ])
        #expect(
            errors(from: set) { $0.spec.provider = nil } == [
                "spec.provider: Invalid value: null: field is immutable (make a new set to run it on another provider)"
            ])
    }

    @Test func `Instance and Revision never change`() {
        var instance = Instance()
        instance.spec.set = "web"
        #expect(errors(from: instance) { $0.status.phase = "Running" } == [])
        #expect(errors(from: instance) { $0.metadata.labels = ["a": "b"] } == [])
        let changed = errors(from: instance) { $0.spec.restartToken = "x" }
        #expect(changed.count == 1)
        #expect(changed.first?.hasPrefix("spec: Invalid value: {") == true)
        #expect(
            changed.first?.hasSuffix("field is immutable (an instance is replaced, never edited: change its set)")
                == true)
        #expect(errors(from: Revision()) { $0.spec.number = 2 }.count == 1)
        #expect(errors(from: Revision()) { $0.status.verdict = .proven } == [])
    }

    @Test func `a volume keeps provider and size, and its place while somebody has it`() {
        var volume = Volume()
        volume.spec.provider = "docker"
        volume.spec.claim = VolumeClaimReference()
        volume.spec.claim?.set = "db"
        #expect(errors(from: volume) { $0.spec.provider = "other" }.count == 1)
        #expect(errors(from: volume) { $0.spec.size = Quantity(bytes: 2 << 30) }.count == 1)
        #expect(errors(from: volume) { $0.spec.reclaimPolicy = .delete } == [])
        #expect(errors(from: volume) { $0.spec.claim?.slot = 1 } == [])
        volume.status.boundSetUID = "u"
        #expect(
            errors(from: volume) { $0.spec.claim?.slot = 1 } == [
                "spec.claim: Forbidden: the volume is bound to a set: its place can change only once it is orphaned"
            ])
        volume.status.attachment = VolumeAttachment()
        volume.status.attachment?.instance = "db-0-abcde"
        #expect(
            errors(from: volume) { $0.spec.claim = nil } == [
                "spec.claim: Forbidden: the volume is attached to instance db-0-abcde: its place can change only once it"
                    + " is orphaned"
            ])
    }

    @Test func `a provider keeps type and endpoint`() {
        var provider = ProviderObject()
        provider.spec.endpoint = "unix:///run/docker.sock"
        #expect(
            errors(from: provider) {
                $0.spec.type = .simulated
                $0.spec.endpoint = "unix:///run/other.sock"
            } == [
                "spec.type: Invalid value: \"simulated\": field is immutable (make another Provider)",
                "spec.endpoint: Invalid value: \"unix:///run/other.sock\": field is immutable (make another Provider)",
            ])
        #expect(errors(from: provider) { $0.spec.maxConcurrentOperations = 1 } == [])
    }

    @Test func `an immutable Secret keeps its data`() {
        var secret = Secret()
        secret.data = ["a": "QQ=="]
        #expect(errors(from: secret) { $0.data = [:] } == [])
        secret.immutable = true
        #expect(errors(from: secret) { $0.metadata.labels = ["a": "b"] } == [])
        #expect(
            errors(from: secret) {
                $0.data = [:]
                $0.immutable = nil
            }
                == ["immutable", "data"].map {
                    "\($0): Forbidden: field is immutable when `immutable` is set; delete the Secret and make it again"
                })
    }
}
