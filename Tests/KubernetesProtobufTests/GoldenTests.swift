import JSON
import KubernetesProtobuf
import Testing

/// Bodies written down by hand from the field numbers that Kubernetes publishes (`generated.proto`).
@Suite struct GoldenTests {
    private func decode(_ text: String) throws -> JSONValue { try ProtobufBody.decode(bytes(text)) }

    @Test func `kubectl create namespace`() throws {
        let json = try decode(
            """
            6b387300 0a0f 0a02 'v1' 1209 'Namespace'
            121c 0a14 0a04 'demo' 1200 1a00 2200 2a00 3200 3800 4200 1200 1a02 0a00 1a00 2200
            """)
        #expect(
            json == ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "demo"], "spec": [:], "status": [:]])
    }

    @Test func `kubectl auth can-i`() throws {
        let json = try decode(
            """
            6b387300 0a32 0a17 'authorization.k8s.io/v1' 1217 'SelfSubjectAccessReview'
            124c 0a10 0a00 1200 1a00 2200 2a00 3200 3800 4200
            122e 0a2c 0a07 'default' 1203 'get' 1a07 'imm.dev' 2201 '*' 2a0c 'instancesets' 3200 3a00
            1a08 0800 1200 1a00 2000 1a00 2200
            """)
        #expect(
            json["spec"]?["resourceAttributes"]
                == [
                    "namespace": "default", "verb": "get", "group": "imm.dev", "version": "*",
                    "resource": "instancesets",
                ])
        #expect(json["spec"]?["nonResourceAttributes"] == nil && json["status"] == [:])
    }

    @Test func `kubectl auth can-i --list, and whoami`() throws {
        let rules = try decode(
            """
            6b387300 0a31 0a17 'authorization.k8s.io/v1' 1216 'SelfSubjectRulesReview'
            1215 0a02 0a00 1209 0a07 'default' 1a04 1800 2200 1a00 2200
            """)
        #expect(rules["spec"] == ["namespace": "default"])
        let review = try decode(
            """
            6b387300 0a2d 0a18 'authentication.k8s.io/v1' 1211 'SelfSubjectReview'
            120c 0a02 0a00 1206 0a04 0a00 1200 1a00 2200
            """)
        #expect(
            review == ["apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview", "metadata": [:]])
    }

    @Test func `a Secret's bytes become base64`() throws {
        let json = try decode(
            """
            6b387300 0a0c 0a02 'v1' 1206 'Secret'
            122f 0a0d 0a01 'a' 5a08 0a01 'x' 1203 'one' 1208 0a01 'k' 1203 00ff10 1a06 'Opaque'
            220a 0a01 't' 1205 'plain' 2801 1a00 2200
            """)
        #expect(
            json == [
                "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "a", "labels": ["x": "one"]],
                "data": ["k": "AP8Q"], "type": "Opaque", "stringData": ["t": "plain"], "immutable": true,
            ])
    }

    @Test func `a Lease's times have microseconds, and what was said stays even if it is zero`() throws {
        let json = try decode(
            """
            6b387300 0a1f 0a16 'coordination.k8s.io/v1' 1205 'Lease'
            1228 0a0f 0a04 'lead' 1a07 'default' 1215 0a02 'me' 100f 220b 0880a4a7da06 1080e59a77 2800 1a00 2200
            """)
        #expect(
            json["spec"] == [
                "holderIdentity": "me", "leaseDurationSeconds": 15, "renewTime": "2027-01-15T08:00:00.250000Z",
                "leaseTransitions": 0,
            ])
    }

    @Test func `an Event of both groups`() throws {
        let core = try decode(
            """
            6b387300 0a0b 0a02 'v1' 1205 'Event'
            128901 0a10 0a05 'web.1' 1a07 'default'
            1235 0a0b 'InstanceSet' 1207 'default' 1a03 'web' 2202 'u1' 2a10 'imm.dev/v1alpha1' 3200 3a00
            1a07 'Started' 2207 'it runs' 2a06 0a02 'me' 1200 3208 0880a4a7da06 1000 3a08 08bca4a7da06 1000
            4003 4a06 'Normal' 5200 6200 7200 7a00 1a00 2200
            """)
        let object: JSONValue = [
            "kind": "InstanceSet", "namespace": "default", "name": "web", "uid": "u1",
            "apiVersion": "imm.dev/v1alpha1",
        ]
        #expect(
            core == [
                "apiVersion": "v1", "kind": "Event", "metadata": ["name": "web.1", "namespace": "default"],
                "involvedObject": object, "reason": "Started", "message": "it runs", "source": ["component": "me"],
                "firstTimestamp": "2027-01-15T08:00:00Z", "lastTimestamp": "2027-01-15T08:01:00Z", "count": 3,
                "type": "Normal",
            ])
        let newer = try decode(
            """
            6b387300 0a19 0a10 'events.k8s.io/v1' 1205 'Event'
            127e 0a07 0a05 'web.1' 1209 0880a4a7da06 108827 2202 'me' 2a04 'me-1' 3205 'Start' 3a07 'Started'
            4235 0a0b 'InstanceSet' 1207 'default' 1a03 'web' 2202 'u1' 2a10 'imm.dev/v1alpha1' 3200 3a00
            5207 'it runs' 5a06 'Normal' 6200 6a00 7200 7800 1a00 2200
            """)
        #expect(newer["regarding"] == object && newer["note"] == "it runs" && newer["reportingController"] == "me")
        #expect(newer["eventTime"] == "2027-01-15T08:00:00.000005Z" && newer["deprecatedLastTimestamp"] == nil)
    }

    @Test func `DeleteOptions`() throws {
        let json = try decode(
            """
            6b387300 0a13 0a02 'v1' 120d 'DeleteOptions'
            121b 0800 1204 0a02 'u1' 1800 220a 'Background' 2a03 'All' 1a00 2200
            """)
        #expect(
            json == [
                "apiVersion": "v1", "kind": "DeleteOptions", "gracePeriodSeconds": 0, "preconditions": ["uid": "u1"],
                "orphanDependents": false, "propagationPolicy": "Background", "dryRun": ["All"],
            ])
    }

    @Test func `everything that metadata can hold`() throws {
        let json = try decode(
            """
            6b387300 0a0c 0a02 'v1' 1206 'Secret' 128801 0a8501 0a01 'a' 3802 4208 0880a4a7da06 1000
            4a08 0881a4a7da06 1000 5000 6203 0a01 'k'
            6a1a 0a09 'Namespace' 1a01 'o' 2202 'u2' 2a02 'v1' 3001 3800 7203 'a/b' 7203 'c/d'
            8a01 3c 0a07 'kubectl' 1206 'Update' 1a02 'v1' 2208 0880a4a7da06 1000 3208 'FieldsV1'
            3a0f 0a0d '{"f:data":{}}' 4200 1a00 2200
            """)
        #expect(
            json["metadata"] == [
                "name": "a", "generation": 2, "creationTimestamp": "2027-01-15T08:00:00Z",
                "deletionTimestamp": "2027-01-15T08:00:01Z", "deletionGracePeriodSeconds": 0,
                "annotations": ["k": ""],
                "ownerReferences": [
                    [
                        "kind": "Namespace", "name": "o", "uid": "u2", "apiVersion": "v1", "controller": true,
                        "blockOwnerDeletion": false,
                    ]
                ],
                "finalizers": ["a/b", "c/d"],
                "managedFields": [
                    [
                        "manager": "kubectl", "operation": "Update", "apiVersion": "v1",
                        "time": "2027-01-15T08:00:00Z", "fieldsType": "FieldsV1", "fieldsV1": ["f:data": [:]],
                    ]
                ],
            ])
    }
}
