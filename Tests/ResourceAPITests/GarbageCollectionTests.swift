import InfraAPI
import JSON
import ResourceAPI
import Testing

@Suite struct GarbageCollectionTests {
    private static func object(
        _ name: String, owners: [String] = [], blocking: Bool = true, finalizers: [String] = [], deleting: Bool = false,
        namespace: String = "default"
    ) -> GarbageObject {
        let references = owners.map { owner in
            var reference = OwnerReference()
            reference.apiVersion = owner.hasPrefix("far-") ? "v1" : "imm.dev/v1alpha1"
            reference.kind = owner.hasPrefix("far-") ? "Pod" : "InstanceSet"
            reference.name = owner
            reference.uid = "uid-\(owner)"
            reference.blockOwnerDeletion = blocking
            return reference
        }
        return GarbageObject(
            reference: ObjectReference(InstanceSet.resourceType, namespace: namespace, name: name), uid: "uid-\(name)",
            owners: references, finalizers: finalizers, isBeingDeleted: deleting)
    }

    private func plan(_ objects: [GarbageObject]) -> [String] {
        GarbageCollection.plan(objects) { _, kind in kind == "InstanceSet" }.map { action in
            switch action {
            case .delete(let reference, _, let propagation): "delete \(reference.name) \(propagation.rawValue)"
            case .release(let reference, _, let owner): "release \(reference.name) from \(owner)"
            case .removeFinalizer(let reference, _, let finalizer): "unblock \(reference.name) \(finalizer)"
            }
        }
    }

    typealias Case = (name: String, objects: [GarbageObject], expected: [String])

    @Test(arguments: [
        Case("owner there", [object("a"), object("b", owners: ["a"])], []),
        Case("owner gone", [object("b", owners: ["a"])], ["delete b Background"]),
        Case("no owner at all", [object("b")], []),
        Case("one of two gone", [object("a"), object("b", owners: ["a", "x"])], ["release b from uid-x"]),
        Case("both gone", [object("b", owners: ["x", "y"])], ["delete b Background"]),
        Case("already going", [object("b", owners: ["x"], finalizers: ["f"], deleting: true)], []),
        Case("owner of a kind that is not watched", [object("b", owners: ["far-x"])], []),
        Case(
            "owner of another namespace", [object("a", namespace: "other"), object("b", owners: ["a"])],
            ["delete b Background"]),
        Case(
            "foreground, dependents first",
            [object("a", finalizers: ["foregroundDeletion"], deleting: true), object("b", owners: ["a"])],
            ["delete b Foreground"]),
        Case(
            "foreground, nothing blocks",
            [
                object("a", finalizers: ["foregroundDeletion"], deleting: true),
                object("b", owners: ["a"], blocking: false, finalizers: ["f"], deleting: true),
            ], ["unblock a foregroundDeletion"]),
        Case(
            "foreground, another owner keeps it",
            [
                object("a", finalizers: ["foregroundDeletion"], deleting: true), object("c"),
                object("b", owners: ["a", "c"]),
            ], ["release b from uid-a"]),
        Case(
            "orphan, dependents are released",
            [object("a", finalizers: ["orphan"], deleting: true), object("b", owners: ["a"])], ["release b from uid-a"]),
        Case(
            "orphan, all released", [object("a", finalizers: ["orphan"], deleting: true), object("b")],
            ["unblock a orphan"]),
    ])
    func `the collector decides by the owners`(_ name: String, _ objects: [GarbageObject], _ expected: [String]) {
        #expect(plan(objects) == expected)
    }

    @Test func `a stored object is read as it stands`() {
        let stored: JSONValue = [
            "metadata": [
                "name": "i", "namespace": "default", "uid": "u", "deletionTimestamp": "2026-01-01T00:00:00Z",
                "finalizers": ["f"],
                "ownerReferences": [["apiVersion": "v", "kind": "K", "name": "o", "uid": "ou", "controller": true]],
            ]
        ]
        let object = GarbageObject(stored, Instance.resourceType)
        #expect(object.isBeingDeleted && object.uid == "u" && object.finalizers == ["f"])
        #expect(object.owners.first?.uid == "ou" && object.owners.first?.controller == true)
        #expect(object.owners.first?.blockOwnerDeletion == nil)
    }
}
