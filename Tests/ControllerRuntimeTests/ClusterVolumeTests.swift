import Ambient
import InfraAPI
import ProviderInterface
import ResourceAPI
import Simulation
import Testing

/// Volumes that outlive instances, slots, sets and namespaces, in the whole machinery.
@Suite struct `Cluster volumes` {
    @Test func `an orphan goes to another set with its data and its epoch, and its old place gets a new one`() {
        let report = VolumeSets.run { cluster in
            try await cluster.apply(VolumeSets.set("db", replicas: 2))
            try await cluster.wait(for: .seconds(600), "both run", VolumeSets.isSettled("db", 2))
            try await cluster.apply(VolumeSets.set("db", replicas: 1))
            try await cluster.wait(for: .seconds(600), "the slot is gone", VolumeSets.isOrphaned("data-db-1"))
            let orphan = try #require(VolumeSets.volume("data-db-1", cluster.laws.world))
            try await VolumeSets.move("data-db-1", to: "copy", slot: 0, cluster)
            try await cluster.apply(VolumeSets.set("copy"))
            try await cluster.wait(for: .seconds(600), "the copy runs", VolumeSets.isSettled("copy", 1))
            var world = cluster.laws.world
            let moved = try #require(VolumeSets.volume("data-db-1", world))
            #expect(moved.uid == orphan.uid && moved.status.epoch == 2)
            let holder = try #require(
                world.engine.sortedInstances.first { $0.observed.volumeUIDs.contains(moved.uid) })
            #expect(world.instances[holder.observed.uid]?.spec.set == "copy")
            #expect(world.volumes.count == 2, "no blank volume was made")

            try await cluster.apply(VolumeSets.set("db", replicas: 2))
            try await cluster.wait(for: .seconds(600), "both run again", VolumeSets.isSettled("db", 2))
            world = cluster.laws.world
            let new = try #require(VolumeSets.volume("data-db-1-2", world), "the name is with the other set")
            #expect(new.uid != orphan.uid && new.spec.claim?.set == "db" && new.spec.claim?.slot == 1)
        }
        #expect(report.problems.isEmpty, "\(report)")
    }

    @Test func `a place has one volume, and one that is in use does not move`() {
        let report = VolumeSets.run { cluster in
            try await cluster.apply(VolumeSets.set("db", replicas: 2))
            try await cluster.wait(for: .seconds(600), "both run", VolumeSets.isSettled("db", 2))
            for (name, slot, why) in [("data-db-1", 0, "can change only"), ("data-db-1", 5, "can change only")] {
                do {
                    try await VolumeSets.move(name, to: "db", slot: slot, cluster)
                    Issue.record("\(name) moved to slot \(slot)")
                } catch let status as APIStatus {
                    #expect(status.code == 422 && status.message.contains(why), "\(status.message)")
                }
            }
            try await cluster.apply(VolumeSets.set("db", replicas: 1))
            try await cluster.wait(for: .seconds(600), "the slot is gone", VolumeSets.isOrphaned("data-db-1"))
            do {
                try await VolumeSets.move("data-db-1", to: "db", slot: 0, cluster)
                Issue.record("moved to a place that another volume has")
            } catch let status as APIStatus {
                #expect(status.message.contains("has volume \"data-db-0\""))
            }
            do {
                try await VolumeSets.move("data-db-1", to: "db", slot: 3, claim: "logs", cluster)
                Issue.record("moved to a claim that is not there")
            } catch let status as APIStatus {
                #expect(status.message.contains("set db has no claim \"logs\""))
            }
        }
        #expect(report.problems.isEmpty, "\(report)")
    }

    @Test func `a volume that is to be deleted serves its slot until the slot lets go of it`() {
        let report = VolumeSets.run { cluster in
            try await cluster.apply(VolumeSets.set("db"))
            try await cluster.wait(for: .seconds(600), "it runs", VolumeSets.isSettled("db", 1))
            try await VolumeSets.delete("data-db-0", isApproved: true, cluster)
            try await cluster.wait(for: .seconds(60), "the wait is stated") { world in
                VolumeSets.volume("data-db-0", world)?.status.conditions["Deleting"]?.reason == "Attached"
            }
            // A handover leaves it unattached for a moment: its data is not deleted then.
            let uid = try #require(VolumeSets.volume("data-db-0", cluster.laws.world)?.uid)
            try await cluster.apply(VolumeSets.set("db", image: "app:2"))
            try await cluster.time.sleep(for: .seconds(2))
            try await cluster.wait(for: .seconds(600), "the new image runs", VolumeSets.isSettled("db", 1))
            #expect(VolumeSets.volume("data-db-0", cluster.laws.world)?.uid == uid)
            #expect(cluster.engine.contents.deletedVolumes.isEmpty)
            try await cluster.apply(VolumeSets.set("db", replicas: 0, image: "app:2"))
            try await cluster.wait(for: .seconds(600), "it is gone") { $0.volumes.isEmpty }
            #expect(cluster.engine.contents.deletedVolumes == [uid])
        }
        #expect(report.problems.isEmpty, "\(report)")
    }

    @Test func `a deletion that nobody approved never takes the data of a volume that is retained`() {
        let report = VolumeSets.run { cluster in
            try await cluster.apply(VolumeSets.set("db"))
            try await cluster.wait(for: .seconds(600), "it runs", VolumeSets.isSettled("db", 1))
            try await VolumeSets.delete("data-db-0", isApproved: false, cluster)
            try await cluster.delete("db")
            try await cluster.wait(for: .seconds(600), "approval is asked for") { world in
                VolumeSets.volume("data-db-0", world)?.status.conditions["Deleting"]?.reason == "ApprovalNeeded"
            }
            #expect(cluster.engine.contents.deletedVolumes.isEmpty)
            try await VolumeSets.delete("data-db-0", isApproved: true, cluster)
            try await cluster.wait(for: .seconds(600), "it is gone") { $0.volumes.isEmpty }
        }
        #expect(report.problems.isEmpty, "\(report)")
    }

    @Test func `a namespace that holds volumes stays, and names them`() {
        let report = VolumeSets.run { cluster in
            var namespace = Namespace()
            namespace.metadata = ObjectMeta(name: "shop")
            _ = try await cluster.client.create(namespace)
            try await cluster.apply(VolumeSets.set("db", namespace: "shop"))
            try await cluster.wait(for: .seconds(600), "it runs", VolumeSets.isSettled("db", 1))
            _ = try await cluster.client.delete(
                ObjectReference(Namespace.resourceType, name: "shop"), DeleteOptions())
            try await cluster.wait(for: .seconds(600), "the set is gone") { world in
                world.sets.isEmpty && VolumeSets.isOrphaned("data-db-0")(world)
            }
            try await cluster.time.sleep(for: .seconds(30))
            let held = try await cluster.client.get(Namespace.self, namespace: "", name: "shop")
            #expect(held.status.phase == "Terminating")
            #expect(held.status.conditions["NamespaceContentRemaining"]?.message == "still there: volume/data-db-0")
            try await VolumeSets.delete("data-db-0", isApproved: true, in: "shop", cluster)
            try await cluster.time.sleep(for: .seconds(30))
            #expect(try await cluster.client.find(Namespace.self, namespace: "", name: "shop") == nil)
        }
        #expect(report.problems.isEmpty, "\(report)")
    }

    private static let days = Duration.seconds(86_400)

    @Test func `an orphan with policy Delete goes after five days of running time, and one with Retain never`() {
        let report = VolumeSets.run(until: .seconds(900_000)) { cluster in
            try await cluster.apply(VolumeSets.set("web", policy: .delete))
            try await cluster.apply(VolumeSets.set("db", policy: .retain))
            try await cluster.wait(for: .seconds(600), "both run") { world in
                VolumeSets.isSettled("web", 1)(world) && VolumeSets.isSettled("db", 1)(world)
            }
            try await cluster.delete("web")
            try await cluster.delete("db")
            try await cluster.wait(for: .seconds(600), "both are orphaned") { world in
                VolumeSets.isOrphaned("data-web-0")(world) && VolumeSets.isOrphaned("data-db-0")(world)
            }
            try await cluster.time.sleep(for: Self.days * 2)
            let seconds = VolumeSets.volume("data-web-0", cluster.laws.world)?.status.orphanedSeconds ?? 0
            #expect((2 * 86_400 - 7200...2 * 86_400).contains(seconds))
            // Time without a controller does not count, and a restart loses an hour at most.
            cluster.stopController()
            try await cluster.time.sleep(for: Self.days * 4)
            cluster.resumeController()
            try await cluster.time.sleep(for: Self.days * 2.9)
            #expect(VolumeSets.volume("data-web-0", cluster.laws.world) != nil)
            try await cluster.wait(for: Self.days * 0.2, "it is gone") { VolumeSets.volume("data-web-0", $0) == nil }
            let kept = try #require(VolumeSets.volume("data-db-0", cluster.laws.world))
            #expect(kept.status.orphanedSeconds == 0 && !kept.isBeingDeleted)
        }
        #expect(report.problems.isEmpty, "\(report)")
    }

    @Test func `a volume that comes back to a slot begins to count anew`() {
        let report = VolumeSets.run(until: .seconds(900_000)) { cluster in
            try await cluster.apply(VolumeSets.set("web", policy: .delete))
            try await cluster.wait(for: .seconds(600), "it runs", VolumeSets.isSettled("web", 1))
            let uid = try #require(VolumeSets.volume("data-web-0", cluster.laws.world)?.uid)
            try await cluster.apply(VolumeSets.set("web", replicas: 0, policy: .delete))
            try await cluster.wait(for: .seconds(600), "it is orphaned", VolumeSets.isOrphaned("data-web-0"))
            try await cluster.time.sleep(for: Self.days * 4)
            try await cluster.apply(VolumeSets.set("web", policy: .delete))
            try await cluster.wait(for: .seconds(600), "it runs again", VolumeSets.isSettled("web", 1))
            let back = try #require(VolumeSets.volume("data-web-0", cluster.laws.world))
            #expect(back.uid == uid && back.status.orphanedSeconds == 0)
            try await cluster.apply(VolumeSets.set("web", replicas: 0, policy: .delete))
            try await cluster.wait(for: .seconds(600), "it is orphaned again", VolumeSets.isOrphaned("data-web-0"))
            try await cluster.time.sleep(for: Self.days * 4)
            #expect(VolumeSets.volume("data-web-0", cluster.laws.world)?.uid == uid)
        }
        #expect(report.problems.isEmpty, "\(report)")
    }
}
