import InfraAPI
import JSON
import Testing

struct DefaultingTests {
    private let schema = InstanceSet.resourceType.schema

    @Test func `defaults are put into objects that are there`() throws {
        let written: JSONValue = [
            "metadata": ["name": "web"],
            "spec": [
                "template": [
                    "spec": [
                        "image": "nginx", "ports": [["name": "http", "containerPort": 80]],
                        "readinessProbe": ["httpGet": ["port": "http"]],
                    ]
                ],
                "volumeClaimTemplates": [["name": "data", "spec": ["size": "1Gi"]]],
            ],
        ]
        let expected: JSONValue = [
            "metadata": ["name": "web"],
            "spec": [
                "replicas": 1, "paused": false, "minReadySeconds": 0, "progressDeadlineSeconds": 600,
                "revisionHistoryLimit": 10, "strategy": ["type": "RollingReplace"], "onFailure": "Rollback",
                "template": [
                    "spec": [
                        "image": "nginx", "network": "bridge", "readOnlyRootFilesystem": true,
                        "terminationGracePeriodSeconds": 30,
                        "ports": [["name": "http", "containerPort": 80, "protocol": "TCP"]],
                        "readinessProbe": [
                            "httpGet": ["port": "http", "path": "/"], "periodSeconds": 10, "timeoutSeconds": 1,
                            "failureThreshold": 3,
                        ],
                    ]
                ],
                "volumeClaimTemplates": [
                    [
                        "name": "data",
                        "spec": [
                            "size": "1Gi", "accessMode": "ReadWriteOnce", "reclaimPolicy": "Retain",
                            "snapshotBeforeReplace": false,
                        ],
                    ]
                ],
            ],
        ]
        #expect(schema.defaulted(written) == expected)
        #expect(schema.defaulted(expected) == expected, "defaulting is idempotent")
    }

    @Test func `a nested object is made only where the schema has a default for it`() {
        let defaulted = schema.defaulted(["spec": ["template": ["spec": ["image": "a"]]]])
        let members = defaulted["spec"]?["template"]?["spec"]?.objectValue?.keys ?? []
        #expect(!members.contains("resources") && !members.contains("readinessProbe"))
        #expect(defaulted["spec"]?["strategy"] == ["type": "RollingReplace"])
        #expect(schema.defaulted([:]) == [:], "a missing spec is not made up")
    }

    @Test func `a null counts as missing`() {
        let defaulted = schema.defaulted(["spec": ["replicas": .null, "provider": .null, "strategy": .null]])
        #expect(defaulted["spec"]?["replicas"] == 1)
        #expect(defaulted["spec"]?["strategy"] == ["type": "RollingReplace"])
        #expect(defaulted["spec"]?.objectValue?.keys.contains("provider") == false)
    }

    @Test func `what was written stays, wrong types too`() {
        let defaulted = schema.defaulted(["spec": ["replicas": "x", "strategy": 3, "template": []]])
        #expect(defaulted["spec"]?["replicas"] == "x")
        #expect(defaulted["spec"]?["strategy"] == 3)
        #expect(defaulted["spec"]?["template"] == [])
    }

    @Test(arguments: AnyKind.all) func `the schema's defaults are the values of init`(kind: AnyKind) throws {
        for seed in 0..<50 as Range<UInt64> {
            var generator = ObjectGenerator(seed: seed)
            let written = generator.object(of: kind.type)
            let plain = try #require(try kind.roundTrip(written))
            let defaulted = try #require(try kind.roundTrip(kind.type.defaulted(written)))
            #expect(plain == defaulted, "seed \(seed)")
        }
    }

    @Test func `pruning removes what the schema does not know, at any depth`() {
        let written: JSONValue = [
            "metadata": ["name": "a", "colour": 1, "managedFields": [["f:spec": ["x": 1]]]],
            "spec": ["template": ["spec": ["env": [["name": "A", "value": "1", "old": 2]]]], "new": [:]],
            "extra": 1,
        ]
        let expected: JSONValue = [
            "metadata": ["name": "a", "managedFields": [["f:spec": ["x": 1]]]],
            "spec": ["template": ["spec": ["env": [["name": "A", "value": "1"]]]]],
        ]
        #expect(schema.pruned(written) == expected)
    }
}
