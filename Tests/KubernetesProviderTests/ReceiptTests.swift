import Ambient
import InfraAPI
import JSON
import Kubelet
import KubernetesAPI
import KubernetesProvider
import ProviderInterface
import Testing

/// A volume goes to its next holder only after a proof that the last one has ended (law L2).
@Suite struct ReceiptTests {
    private static func with(_ body: @Sendable (ClusterBed) async throws -> Void) async throws {
        try await ClusterBed.with(configure: { $0.stopMargin = .milliseconds(300) }, body)
    }

    /// The volume is not free: nobody may have the name, and no read says that its holder is gone.
    private static func expectHeld(_ handle: InstanceHandle, _ bed: ClusterBed) async throws {
        let destroyed = try await failure { try await bed.provider.destroy(handle) }
        #expect(destroyed.code == .unknownOutcome)
        #expect(destroyed.message.contains("nothing proves"), "\(destroyed.message)")
        let created = try await failure { _ = try await bed.provider.create(bed.successor()) }
        #expect(created.code == .nameTaken)
        #expect(try await bed.provider.read(handle).instance != nil)
        let node = bed.kubelet.node
        #expect(destroyed.message.contains(node))
    }

    /// The volume is free, and its next holder runs while the last one does not.
    private static func expectFree(_ handle: InstanceHandle, _ bed: ClusterBed) async throws {
        try await bed.provider.destroy(handle)
        #expect(try await bed.provider.read(handle).instance == nil)
        let made = try await bed.provider.create(bed.successor())
        #expect(made.volumeUIDs == ["vol-1"])
        #expect(made.epoch == 2)
    }

    private static func remove(node: String, _ bed: ClusterBed) {
        bed.store.remove(ClusterKey(resource: "/nodes", namespace: "", name: node))
    }

    @Test func `the kubelet's report that all containers terminated frees it`() async throws {
        try await ReceiptTests.with { bed in
            let handle = try await bed.holder()
            let uid = try bed.podUID(handle)
            try await bed.provider.stop(handle, grace: .seconds(5))
            #expect(try await bed.provider.read(handle).instance?.state == .exited(code: 143))
            #expect(await bed.kubelet.isRunning(podUID: uid) == false)
            try await ReceiptTests.expectFree(handle, bed)
        }
    }

    @Test func `a program that does not hear SIGTERM is waited for, and killed after its grace`() async throws {
        try await ClusterBed.with { bed in
            let handle = try await bed.holder("stubborn")
            let uid = try bed.podUID(handle)
            try await bed.provider.stop(handle, grace: .seconds(1))
            #expect(await bed.kubelet.isRunning(podUID: uid) == false)
            #expect(try await bed.provider.read(handle).instance?.state == .exited(code: 137))
            try await ReceiptTests.expectFree(handle, bed)
        }
    }

    @Test func `a phase that an eviction wrote frees nothing`() async throws {
        try await ReceiptTests.with { bed in
            let handle = try await bed.holder()
            await bed.kubelet.loseNode()
            try bed.store.force(bed.key(handle)) { pod in
                pod["status"] = ["phase": "Failed", "reason": "Evicted", "message": "The node was low on memory."]
            }
            // It has no future, which is no proof that it has ended.
            #expect(try await bed.provider.read(handle).instance?.state == .exited(code: nil))
            try await ReceiptTests.expectHeld(handle, bed)
        }
    }

    @Test func `a node that is not heard of frees nothing until it is heard of again`() async throws {
        try await ReceiptTests.with { bed in
            let handle = try await bed.holder()
            let uid = try bed.podUID(handle)
            await bed.kubelet.loseNode()
            try await ReceiptTests.expectHeld(handle, bed)
            #expect(await bed.kubelet.isRunning(podUID: uid))
            try await bed.kubelet.restoreNode()
            try await eventually("its kubelet ends it") { await bed.kubelet.isRunning(podUID: uid) == false }
            try await ReceiptTests.expectFree(handle, bed)
        }
    }

    @Test func `what the cluster's own collector does to Pods of a lost node frees nothing`() async throws {
        try await ReceiptTests.with { bed in
            let handle = try await bed.holder()
            await bed.kubelet.loseNode()
            try bed.store.force(bed.key(handle)) { pod in
                pod[path: ["status", "phase"]] = "Failed"
                pod[path: ["status", "conditions"]] = [
                    ["type": "DisruptionTarget", "status": "True", "reason": "DeletionByPodGC"]
                ]
            }
            try await bed.deleteFromOutside(handle, graceSeconds: 0)
            try await ReceiptTests.expectHeld(handle, bed)
        }
    }

    @Test func `a Node that was deleted frees it`() async throws {
        try await ReceiptTests.with { bed in
            let handle = try await bed.holder()
            await bed.kubelet.loseNode()
            try await ReceiptTests.expectHeld(handle, bed)
            ReceiptTests.remove(node: bed.kubelet.node, bed)
            try await ReceiptTests.expectFree(handle, bed)
        }
    }

    @Test func `a node that somebody declared out of service frees it`() async throws {
        try await ReceiptTests.with { bed in
            let handle = try await bed.holder()
            await bed.kubelet.loseNode()
            try await ReceiptTests.expectHeld(handle, bed)
            let node = ClusterKey(resource: "/nodes", namespace: "", name: bed.kubelet.node)
            try bed.store.force(node) { node in
                node[path: ["spec", "taints"]] = [
                    ["key": "node.kubernetes.io/out-of-service", "value": "nodeshutdown", "effect": "NoExecute"]
                ]
            }
            try await ReceiptTests.expectFree(handle, bed)
        }
    }

    @Test func `a Pod that is force-deleted behind our back stays until its kubelet has ended it`() async throws {
        try await ReceiptTests.with { bed in
            let handle = try await bed.holder()
            await bed.kubelet.loseNode()
            try await bed.deleteFromOutside(handle, graceSeconds: 0)
            try await ReceiptTests.expectHeld(handle, bed)
            try await bed.kubelet.restoreNode()
            try await ReceiptTests.expectFree(handle, bed)
        }
    }

    @Test func `a Pod that is forced out of the API is no receipt, until its node is gone`() async throws {
        try await ReceiptTests.with { bed in
            let handle = try await bed.holder()
            let uid = try bed.podUID(handle)
            await bed.kubelet.loseNode()
            // With its finalizer taken off by hand.
            bed.store.remove(bed.key(handle))
            #expect(await bed.kubelet.isRunning(podUID: uid))
            let read = try await failure { _ = try await bed.provider.read(handle) }
            #expect(read.code == .unknownOutcome)
            #expect(read.message.contains("may run on node \(bed.kubelet.node)"), "\(read.message)")
            var nameless = handle
            nameless.providerID = nil
            #expect(try await failure { _ = try await bed.provider.read(nameless) }.code == .unknownOutcome)
            ReceiptTests.remove(node: bed.kubelet.node, bed)
            #expect(try await bed.provider.read(handle).instance == nil)
        }
    }

    @Test func `a Pod that never ran and is forced out of the API holds nothing`() async throws {
        try await ReceiptTests.with { bed in
            let handle = try await bed.holder()
            try await bed.provider.destroy(handle)
            let next = bed.successor()
            var made = next.handle
            made.providerID = try await bed.provider.create(next).providerID
            bed.store.remove(bed.key(made))
            #expect(try await bed.provider.read(made).instance == nil)
        }
    }

    @Test func `a Pod that no node ever got is destroyed without any node`() async throws {
        try await ReceiptTests.with { bed in
            let handle = try await bed.holder()
            try await bed.provider.destroy(handle)
            await bed.kubelet.loseNode()
            let next = bed.successor()
            _ = try await bed.provider.create(next)
            try await bed.provider.destroy(next.handle)
            #expect(try await bed.provider.read(next.handle).instance == nil)
        }
    }

    @Test func `a Pod without volumes whose phase is final is let go`() async throws {
        try await ReceiptTests.with { bed in
            let handle = try await bed.running(ClusterBed.creation(uid: "free-1"))
            await bed.kubelet.loseNode()
            try bed.store.force(bed.key(handle)) { $0["status"] = ["phase": "Failed", "reason": "Evicted"] }
            try await bed.provider.destroy(handle)
            #expect(try await bed.provider.read(handle).instance == nil)
        }
    }

    @Test func `finalizers of others are left to them`() async throws {
        try await ReceiptTests.with { bed in
            let handle = try await bed.holder()
            try bed.store.force(bed.key(handle)) { pod in
                pod[path: ["metadata", "finalizers"]] = ["imm.dev/receipt", "example.com/audit"]
            }
            let error = try await failure { try await bed.provider.destroy(handle) }
            #expect(error.code == .unknownOutcome)
            #expect(error.message.contains("example.com/audit"), "\(error.message)")
            #expect(try bed.pod(handle)["metadata"]?["finalizers"] == ["example.com/audit"])
        }
    }
}
