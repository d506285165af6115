import InfraAPI
import JSON
import Testing

struct ThroughputTests {
    @Test func `the cost of admission is printed`() throws {
        let type = InstanceSet.resourceType
        let written = Samples.everything.json
        let rounds = 200
        func measured(_ body: () throws -> Void) rethrows -> Int {
            let clock = ContinuousClock()
            let start = clock.now
            for _ in 0..<rounds { try body() }
            return Int((clock.now - start) / .nanoseconds(rounds))
        }
        var errors = 0
        let defaulting = measured { errors += type.defaulted(written).isNull ? 1 : 0 }
        let structure = measured { errors += type.schema.validate(written).count }
        let all = measured { errors += type.validate(written).count }
        let decoding = try measured { errors += try InstanceSet(json: written).spec.replicas == 3 ? 0 : 1 }
        let set = try InstanceSet(json: written)
        let encoding = measured { errors += set.json.isNull ? 1 : 0 }
        let hashing = measured {
            let hash = RevisionHash.compute(
                template: set.spec.template, claims: set.spec.volumeClaimTemplates, secretValues: [:],
                installationKey: [1])
            errors += hash.isEmpty ? 1 : 0
        }
        print(
            "InstanceSet of \(written.encoded().count) bytes, ns each: default \(defaulting), validate \(structure)"
                + " (with rules \(all)), decode \(decoding), encode \(encoding), hash \(hashing)")
        #expect(errors == 0)
    }
}
