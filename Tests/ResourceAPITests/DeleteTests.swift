import Ambient
import InfraAPI
import JSON
import ObjectStore
import ResourceAPI
import Testing

@Suite struct DeleteTests {
    @Test func `an object without finalizers is gone at once`() async throws {
        let fixture = try await Fixture.make()
        try await fixture.createSet()
        let last = try await fixture.client.delete(fixture.set(), DeleteOptions())
        #expect(last["spec"]?["replicas"] == 3)
        #expect(try await failure { _ = try await fixture.client.get(fixture.set()) }.isNotFound)
    }

    @Test func `finalizers hold an object, which can then only lose them`() async throws {
        let fixture = try await Fixture.make()
        try await fixture.createSet { $0[path: ["metadata", "finalizers"]] = ["imm.dev/a", "imm.dev/b"] }
        let held = try await fixture.client.delete(fixture.set(), DeleteOptions())
        #expect(held["metadata"]?["deletionTimestamp"] == .string(TestClock.start.rfc3339Seconds))
        #expect(held["metadata"]?["generation"] == 2)
        fixture.clock.advance(.seconds(5))
        let before = try await fixture.version()
        #expect(
            try await fixture.client.delete(fixture.set(), DeleteOptions()) == held, "a second deletion is no write")
        #expect(try await fixture.version() == before)

        let more: JSONValue = ["metadata": ["finalizers": ["imm.dev/a", "imm.dev/b", "imm.dev/c"]]]
        let refused = try await failure {
            _ = try await fixture.client.mergePatch(fixture.set(), more, nil, WriteOptions())
        }
        #expect(refused.code == 422)
        #expect(refused.message.contains("no new finalizers can be added if the object is being deleted"))

        let less: JSONValue = ["metadata": ["finalizers": ["imm.dev/b"]]]
        let rest = try await fixture.client.mergePatch(fixture.set(), less, nil, WriteOptions())
        #expect(rest["metadata"]?["finalizers"] == ["imm.dev/b"])
        let watch = try await fixture.client.watch(
            InstanceSet.resourceType, in: nil,
            WatchOptions(resourceVersion: rest["metadata"]?["resourceVersion"]?.stringValue))
        let none: JSONValue = ["metadata": ["finalizers": []]]
        let gone = try await fixture.client.mergePatch(fixture.set(), none, nil, WriteOptions())
        #expect(gone["metadata"]?["finalizers"] == [])
        #expect(try await failure { _ = try await fixture.client.get(fixture.set()) }.isNotFound)
        let events = try #require(try await watch.next())
        #expect(events.map(\.summary) == ["DELETED web"])
        watch.cancel()
    }

    @Test func `preconditions are checked`() async throws {
        let fixture = try await Fixture.make()
        try await fixture.createSet()
        let uid = try await failure {
            _ = try await fixture.client.delete(fixture.set(), DeleteOptions(uid: "other"))
        }
        #expect(uid.isConflict && uid.message.contains("the UID in the precondition (other) does not match"))
        let version = try await failure {
            _ = try await fixture.client.delete(fixture.set(), DeleteOptions(resourceVersion: "1"))
        }
        #expect(version.isConflict && version.message.contains("the ResourceVersion in the precondition (1)"))
        _ = try await fixture.client.delete(fixture.set(), DeleteOptions(dryRun: true))
        _ = try await fixture.client.get(fixture.set())
    }

    @Test(arguments: [
        (DeleteOptions.Propagation.foreground, ["foregroundDeletion"]), (.orphan, ["orphan"]), (.background, []),
    ])
    func `propagation is a finalizer`(_ propagation: DeleteOptions.Propagation, _ expected: [String]) async throws {
        let fixture = try await Fixture.make()
        try await fixture.createSet()
        let result = try await fixture.client.delete(fixture.set(), DeleteOptions(propagation: propagation))
        let finalizers = (result["metadata"]?["finalizers"]?.arrayValue ?? []).compactMap(\.stringValue)
        #expect(finalizers == expected)
        let found = try await fixture.client.find(InstanceSet.self, namespace: "default", name: "web")
        #expect((found == nil) == expected.isEmpty)
    }

    @Test func `a namespace terminates by its finalizer, and default stays`() async throws {
        let fixture = try await Fixture.make()
        let refused = try await failure {
            _ = try await fixture.client.delete(
                ObjectReference(Namespace.resourceType, name: "default"), DeleteOptions())
        }
        #expect(refused.code == 403)
        let other = ObjectReference(Namespace.resourceType, name: "other")
        let held = try await fixture.client.delete(other, DeleteOptions())
        #expect(held["metadata"]?["finalizers"] == [.string(NamespaceLifecycle.finalizer)])
        _ = try await fixture.client.mergePatch(
            other, ["metadata": ["finalizers": .null]], nil, WriteOptions())
        #expect(try await failure { _ = try await fixture.client.get(other) }.isNotFound)
    }

    @Test func `an orphaned volume that retains its data needs an approval by uid`() async throws {
        let fixture = try await Fixture.make()
        var volume = Volume()
        volume.metadata = ObjectMeta(name: "data-web-0", namespace: "default")
        volume.spec.provider = "docker"
        volume = try await fixture.client.create(volume)
        #expect(volume.metadata.finalizers == [Volume.finalizer])
        volume.status.provisioned = true
        volume.status.providerID = "imm_x_y"
        volume.status.boundSetUID = "set-uid"
        volume = try await fixture.client.updateStatus(volume)
        let reference = ObjectReference(Volume.resourceType, namespace: "default", name: "data-web-0")
        let waiting = try await fixture.client.delete(reference, DeleteOptions(dryRun: true))
        #expect(!waiting[path: ["metadata", "deletionTimestamp"]].isMissing, "a bound volume waits by its finalizer")

        volume.status.boundSetUID = nil
        volume = try await fixture.client.updateStatus(volume)
        let refused = try await failure { _ = try await fixture.client.delete(reference, DeleteOptions()) }
        #expect(refused.code == 403)
        #expect(refused.message.contains("immctl volume delete data-web-0 --namespace default"))

        func approve(_ value: String) async throws {
            let annotations = JSONObject([(VolumeDeletion.approvalAnnotation, .string(value))])
            _ = try await fixture.client.mergePatch(
                reference, ["metadata": ["annotations": .object(annotations)]], nil, WriteOptions())
        }
        try await approve("true")
        #expect(try await failure { _ = try await fixture.client.delete(reference, DeleteOptions()) }.code == 403)
        try await approve(volume.uid)
        let deleted = try await fixture.client.delete(reference, DeleteOptions())
        #expect(!deleted[path: ["metadata", "deletionTimestamp"]].isMissing)
    }
}
