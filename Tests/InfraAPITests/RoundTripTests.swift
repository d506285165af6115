import Ambient
import InfraAPI
import JSON
import Testing

/// A kind as the tests need it: decoding, encoding, comparing.
struct AnyKind: Sendable, CustomTestStringConvertible {
    let type: ResourceType
    /// Decodes, encodes, decodes again; nil when the two objects differ.
    let roundTrip: @Sendable (JSONValue) throws -> JSONValue?

    init<Object: APIObject>(_: Object.Type) {
        type = Object.resourceType
        roundTrip = { json in
            let object = try Object(json: json)
            return try Object(json: object.json) == object ? object.json : nil
        }
    }

    var testDescription: String { type.kind }

    static let all = [
        AnyKind(InstanceSet.self), AnyKind(Revision.self), AnyKind(Instance.self), AnyKind(Volume.self),
        AnyKind(ProviderObject.self), AnyKind(Namespace.self), AnyKind(Secret.self), AnyKind(Event.self),
        AnyKind(Lease.self), AnyKind(VolumeForceDetach.self), AnyKind(GitSource.self), AnyKind(PruneApproval.self),
        AnyKind(SlotSnapshot.self),
    ]
}

struct RoundTripTests {
    @Test(arguments: AnyKind.all) func `random objects of a kind are valid and survive decoding and encoding`(
        kind: AnyKind
    ) throws {
        for seed in 0..<200 as Range<UInt64> {
            var generator = ObjectGenerator(seed: seed)
            let object = generator.object(of: kind.type)
            let errors = kind.type.schema.validate(object)
            #expect(errors.isEmpty, "seed \(seed): \(errors.map(\.description))")
            let encoded = try #require(try kind.roundTrip(object), "seed \(seed)")
            #expect(kind.type.schema.validate(encoded).isEmpty, "seed \(seed)")
            let lost = Difference.missing(from: encoded, of: object)
            #expect(lost.isEmpty, "seed \(seed): \(lost)")
        }
    }

    @Test(arguments: AnyKind.all) func `encoding puts in nothing that defaulting would not`(kind: AnyKind) throws {
        for seed in 0..<50 as Range<UInt64> {
            var generator = ObjectGenerator(seed: seed)
            let object = kind.type.defaulted(generator.object(of: kind.type))
            let encoded = try #require(try kind.roundTrip(object))
            // Status counters are written even when they are zero; nothing else may appear.
            let added = Difference.missing(from: object, of: encoded).filter { !$0.hasPrefix("status.") }
            #expect(added.isEmpty, "seed \(seed): \(added)")
        }
    }

    @Test(arguments: AnyKind.all) func `an unknown field is passed over when decoding`(kind: AnyKind) throws {
        var generator = ObjectGenerator(seed: 7)
        var object = generator.object(of: kind.type)
        object["fromTheFuture"] = 1
        object["metadata"]?["fromTheFuture"] = "x"
        let encoded = try #require(try kind.roundTrip(object))
        #expect(encoded.objectValue?.keys.contains("fromTheFuture") == false)
        #expect(encoded["metadata"]?.objectValue?.keys.contains("fromTheFuture") == false)
    }

    @Test func `object metadata has whole seconds and our own times have microseconds`() throws {
        var instance = Instance()
        instance.metadata.creationTimestamp = Timestamp(microsecondsSinceEpoch: 1_700_000_000_250_000)
        instance.status.startedAt = Timestamp(microsecondsSinceEpoch: 1_700_000_000_250_001)
        #expect(instance.json["metadata"]?["creationTimestamp"] == "2023-11-14T22:13:20Z")
        #expect(instance.json["status"]?["startedAt"] == "2023-11-14T22:13:20.250001Z")
        #expect(try Instance(json: instance.json).status.startedAt == instance.status.startedAt)
    }

    @Test func `a fresh set is as small as its fields are`() {
        var set = InstanceSet()
        set.metadata = ObjectMeta(name: "web", namespace: "shop")
        set.spec.template.spec.image = "nginx:1.27"
        let expected: JSONValue = [
            "apiVersion": "imm.dev/v1alpha1", "kind": "InstanceSet",
            "metadata": ["name": "web", "namespace": "shop"],
            "spec": [
                "replicas": 1, "paused": false, "minReadySeconds": 0, "progressDeadlineSeconds": 600,
                "revisionHistoryLimit": 10, "strategy": ["type": "RollingReplace"], "onFailure": "Rollback",
                "template": [
                    "spec": [
                        "image": "nginx:1.27", "network": "bridge", "readOnlyRootFilesystem": true,
                        "terminationGracePeriodSeconds": 30,
                    ]
                ],
            ],
            "status": [
                "observedGeneration": 0, "replicas": 0, "readyReplicas": 0, "updatedReplicas": 0,
                "availableReplicas": 0,
            ],
        ]
        #expect(set.json == expected)
    }

    @Test func `a decoding error names the field`() {
        let json: JSONValue = ["spec": ["template": ["spec": ["env": [["name": "A"], ["name": 3]]]]]]
        #expect {
            try InstanceSet(json: json)
        } throws: { error in
            "\(error)" == "spec.template.spec.env[1].name: Invalid value: must be of type string, not integer"
        }
        #expect {
            try InstanceSet(json: ["kind": "Volume"])
        } throws: { error in
            "\(error)" == "kind: Invalid value: \"Volume\": expected InstanceSet"
        }
    }
}

/// What one tree has and another lacks.
enum Difference {
    /// Written and never read back, by contract.
    private static let unread: Set<String> = [
        "stringData", "selfLink", "reportingInstance", "source", "eventTime", "series", "action", "related",
        "preferredHolder",
    ]

    static func missing(from candidate: JSONValue?, of reference: JSONValue, path: String = "") -> [String] {
        switch (reference, candidate) {
        case (.object(let members), _):
            return members.flatMap { member -> [String] in
                let place = path.isEmpty ? member.key : "\(path).\(member.key)"
                let isUnread =
                    unread.contains(member.key) || place == "spec.strategy" && member.value.stringValue != nil
                if isUnread || place == "spec.free" { return [] }
                return missing(from: candidate?[member.key], of: member.value, path: place)
            }
        case (.array(let items), .array(let others)?) where items.count == others.count:
            return zip(items, others).enumerated().flatMap { missing(from: $1.1, of: $1.0, path: "\(path)[\($0)]") }
        case (.string(let text), .string(let other)?):
            let isSame =
                text == other || Timestamp(rfc3339: text).map { $0 == Timestamp(rfc3339: other) } ?? false
            return isSame ? [] : ["\(path): \(text) became \(other)"]
        case (.int(let mode), .string(let text)?) where path.hasSuffix(".mode"),
            (.string(let text), .int(let mode)?) where path.hasSuffix(".mode"):
            return Int(text, radix: 8) == Int(mode) ? [] : ["\(path): \(mode) became \(text)"]
        case (_, let other?) where other == reference: return []
        default: return ["\(path): \(reference.encodedString()) is missing"]
        }
    }
}
