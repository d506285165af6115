import Ambient
import InfraAPI
import JSON
import Kubelet
import KubernetesAPI
import KubernetesProvider
import ProviderInterface
import Testing

/// What others do to our objects, and what we do to theirs.
@Suite struct OutsideTests {
    @Test func `a Pod that somebody deletes is told of, ends, and stays to be looked at`() async throws {
        try await ClusterBed.with { bed in
            let handle = try await bed.running(ClusterBed.creation(uid: "one"))
            let events = try await bed.provider.events()
            try await bed.deleteFromOutside(handle)
            var told: [ProviderEvent.Kind] = []
            while told.last != .exited, let event = try await events.next() { told.append(event.kind) }
            events.cancel()
            #expect(told == [.signalled, .exited])
            #expect(try await bed.provider.read(handle).instance?.state == .exited(code: 143))
            try await bed.provider.destroy(handle)
            #expect(try await bed.provider.observe().instances.isEmpty)
        }
    }

    @Test func `a container that dies is told of with its code`() async throws {
        try await ClusterBed.with { bed in
            let handle = try await bed.running(ClusterBed.creation(uid: "one"))
            let events = try await bed.provider.events()
            try await bed.kubelet.crash(podUID: bed.podUID(handle))
            let event = try await events.next()
            events.cancel()
            #expect(event?.kind == .exited)
            #expect(event?.exitCode == 137)
        }
    }

    @Test func `an event stream goes on after the server has ended its watch, and ends when its version is gone`()
        async throws
    {
        try await ClusterBed.with { bed in
            let events = try await bed.provider.events()
            let handle = try await bed.running(ClusterBed.creation(uid: "one"))
            #expect(try await events.next()?.kind == .created)
            bed.store.endWatches()
            #expect(try await events.next()?.kind == .started)
            bed.store.endWatches()
            bed.store.compact()
            _ = try await bed.running(ClusterBed.creation(uid: "two"))
            bed.store.compact()
            await #expect(throws: ProviderError.self) { while try await events.next() != nil {} }
            _ = handle
        }
    }

    @Test func `a late start of an older epoch starts nothing`() async throws {
        try await ClusterBed.with { bed in
            let first = try await bed.holder()
            try await bed.provider.destroy(first)
            let next = bed.successor()
            let made = try await bed.provider.create(next)
            // A newer holder was noted meanwhile.
            let claim = ClusterKey(
                resource: "/persistentvolumeclaims", namespace: "default", name: "imm-test-vol-1")
            try bed.store.force(claim) { claim in
                claim[path: ["metadata", "annotations"]] = [
                    "imm.dev/holder": #"{"epoch":3,"instance":"inst-3","pod":"p"}"#
                ]
            }
            let error = try await failure { _ = try await bed.provider.start(made.handle) }
            #expect(error.code == .nameTaken)
            #expect(try await bed.provider.read(made.handle).instance?.state == .created)
            let late = try await failure {
                _ = try await bed.provider.create(
                    ClusterBed.creation(uid: "inst-1", fence: "vol-1", epoch: 1, volumes: next.volumes))
            }
            #expect(late.code == .nameTaken)
        }
    }

    @Test func `a claim that somebody else's Pod mounts is not given to an instance, nor deleted`() async throws {
        try await ClusterBed.with { bed in
            let handle = try await bed.holder()
            try await bed.provider.destroy(handle)
            _ = try bed.store.create(
                ClusterKey(resource: "/pods", namespace: "default", name: "theirs"),
                [
                    "spec": [
                        "schedulingGates": [["name": "example.com/wait"]],
                        "volumes": [["name": "d", "persistentVolumeClaim": ["claimName": "imm-test-vol-1"]]],
                    ]
                ])
            let error = try await failure { _ = try await bed.provider.create(bed.successor()) }
            #expect(error.code == .volumeInUse)
            #expect(error.message.contains("theirs"))
            let deleted = try await failure { try await bed.provider.deleteVolume(VolumeHandle(uid: "vol-1")) }
            #expect(deleted.code == .volumeInUse)
        }
    }

    @Test func `a Pod of the name that is not ours is left alone`() async throws {
        try await ClusterBed.with { bed in
            let key = ClusterKey(resource: "/pods", namespace: "default", name: "imm-test-one")
            let theirs = try bed.store.create(
                key, ["metadata": ["labels": ["imm.dev/uid": "one"]], "spec": ["schedulingGates": [["name": "x"]]]])
            let creation = ClusterBed.creation(uid: "one")
            #expect(try await failure { _ = try await bed.provider.create(creation) }.code == .nameTaken)
            #expect(try await failure { _ = try await bed.provider.read(creation.handle) }.code == .nameTaken)
            try await bed.provider.stop(creation.handle, grace: .zero)
            try await bed.provider.destroy(creation.handle)
            #expect(try bed.store.get(key) == theirs)
        }
    }

    @Test func `another installation's set and volumes are seen, and no blank volume is made beside them`() async throws
    {
        try await ClusterBed.with { bed in
            _ = try bed.store.create(
                ClusterKey(resource: "/persistentvolumeclaims", namespace: "default", name: "imm-old-v"),
                ["metadata": ["labels": ["imm.dev/installation": "old", "imm.dev/set": "web"]]])
            #expect(try await bed.provider.observe().foreignSets == ["default/web": "old"])
            let error = try await failure { _ = try await bed.holder() }
            #expect(error.code == .nameTaken)
            #expect(error.message.contains("old"))
        }
    }

    @Test func `another cluster gets no effect and gives no receipt`() async throws {
        try await ClusterBed.with { bed in
            let handle = try await bed.holder()
            let kubeSystem = ClusterKey(resource: "/namespaces", namespace: "", name: "kube-system")
            try bed.store.force(kubeSystem) { $0[path: ["metadata", "uid"]] = "another" }
            for effect in [
                { _ = try await bed.provider.create(ClusterBed.creation(uid: "two")) },
                { _ = try await bed.provider.start(handle) },
                { try await bed.provider.stop(handle, grace: .zero) },
                { try await bed.provider.destroy(handle) },
                { _ = try await bed.provider.read(handle) },
                { _ = try await bed.provider.readVolume(VolumeHandle(uid: "vol-1")) },
                { try await bed.provider.deleteVolume(VolumeHandle(uid: "vol-1")) },
            ] as [@Sendable () async throws -> Void] {
                #expect(try await failure(effect).code == .identityMismatch)
            }
            try await bed.provider.adopt(identity: "another")
            #expect(try await bed.provider.read(handle).instance?.state == .running)
        }
    }

    @Test func `where kube-system may not be read, our own namespace says which cluster this is`() async throws {
        try await ClusterBed.with(configure: { $0.ownNamespace = "other" }) { bed in
            let first = try await bed.provider.describe(recordedIdentity: nil).identity
            bed.store.refuse("get", "namespaces", with: .forbidden("namespaces is forbidden"))
            #expect(
                try await failure { _ = try await bed.provider.describe(recordedIdentity: first) }.code == .engineFailed
            )
            bed.store.refuse("get", "namespaces", with: nil)
            let own = try bed.store.get(ClusterKey(resource: "/namespaces", namespace: "", name: "other"))
            bed.store.remove(ClusterKey(resource: "/namespaces", namespace: "", name: "kube-system"))
            let error = try await failure { _ = try await bed.provider.describe(recordedIdentity: first) }
            #expect(error.code == .identityMismatch)
            #expect(error.message.contains(own["metadata"]?["uid"]?.stringValue ?? "-"))
        }
    }
}
