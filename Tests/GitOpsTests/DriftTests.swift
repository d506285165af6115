import Ambient
import InfraAPI
import JSON
import ResourceAPI
import Testing

@Suite struct `Others` {
    private static func scaled(_ replicas: Int64) -> JSONValue {
        [
            "apiVersion": "imm.dev/v1alpha1", "kind": "InstanceSet",
            "metadata": ["namespace": "default", "name": "web"],
            "spec": ["replicas": .int(replicas)],
        ]
    }

    private static func applied(_ world: SyncWorld, _ policy: GitSourceSpec.DriftPolicy) async throws {
        let first = world.server.commit(["web.yaml": Files.set("web", replicas: 2), "key.yaml": Files.secret("key")])
        try await world.makeSource { source in
            source.spec.drift = policy
            source.spec.intervalSeconds = 86_400
        }
        try await world.waitUntilApplied(first)
    }

    @Test func `a change of an applied field is undone at once, naming field and manager`() {
        SyncWorld.run { world in
            try await Self.applied(world, .revert)
            try await world.apply(Self.scaled(5), as: "kubectl", force: true)
            try await world.wait("it is two again", atMost: .milliseconds(500)) {
                try await world.set("web")?.spec.replicas == 2
            }
            try await world.sleep(.seconds(2))
            let event = try #require(try await world.events("DriftReverted").first)
            #expect(event.message.contains(".spec.replicas was changed by \"kubectl\""), "\(event.message)")
            #expect(try await world.source().isReady)
        }
    }

    @Test func `a field that nobody applied is left alone`() {
        SyncWorld.run { world in
            try await Self.applied(world, .revert)
            let writes = world.gate.writes
            let labelled: JSONValue = [
                "apiVersion": "imm.dev/v1alpha1", "kind": "InstanceSet",
                "metadata": ["namespace": "default", "name": "web", "labels": ["team": "a"]],
                "spec": ["minReadySeconds": 7],
            ]
            try await world.apply(labelled, as: "kubectl")
            try await world.sleep(.seconds(60))
            #expect(try await world.set("web")?.spec.minReadySeconds == 7)
            #expect(world.gate.log.dropFirst(writes).allSatisfy { !$0.hasPrefix("apply") })
            #expect(try await world.source().isReady)
        }
    }

    @Test func `a deleted object comes back, and is in the inventory`() {
        SyncWorld.run { world in
            try await Self.applied(world, .revert)
            let key = try await world.client.get(Secret.self, namespace: "default", name: "key")
            try await world.client.delete(key)
            try await world.wait("it is back") {
                let uid = try await world.client.find(Secret.self, namespace: "default", name: "key")?.uid
                return try await world.source().status.inventory.contains {
                    $0.name == "key" && $0.uid == uid && uid != nil
                }
            }
        }
    }

    @Test func `a fight is fought more and more seldom`() {
        SyncWorld.run { world in
            try await Self.applied(world, .revert)
            let before = world.gate.log.filter { $0 == "apply InstanceSet web" }.count
            for _ in 0..<6000 {
                try await world.apply(Self.scaled(5), as: "autoscaler", force: true)
                try await world.sleep(.milliseconds(100))
            }
            let applied = world.gate.log.filter { $0 == "apply InstanceSet web" }.count - before
            #expect((5...14).contains(applied), "\(applied) in 10 min")
            #expect(try await world.source().status.conditions["Drifted"]?.reason == "DriftReturns")
            // The other one gives up.
            try await world.wait("it is two again") { try await world.set("web")?.spec.replicas == 2 }
            try await world.wait("nothing drifts") { try await world.source().status.conditions["Drifted"] == nil }
        }
    }

    @Test func `where drift is only reported it stays, is told, and a new commit ends it`() {
        SyncWorld.run { world in
            try await Self.applied(world, .report)
            try await world.apply(Self.scaled(5), as: "kubectl", force: true)
            try await world.wait("it is told") { try await world.source().status.conditions["Drifted"] != nil }
            let drifted = try await world.source().status.conditions["Drifted"]
            #expect(drifted?.message == "InstanceSet default/web: .spec.replicas was changed by \"kubectl\"")
            try await world.sleep(.seconds(600))
            #expect(try await world.set("web")?.spec.replicas == 5)
            let next = world.server.commit(["web.yaml": Files.set("web", replicas: 3), "key.yaml": Files.secret("key")])
            try await world.askForSync("a")
            try await world.waitUntilApplied(next)
            #expect(try await world.set("web")?.spec.replicas == 3)
            #expect(try await world.source().status.conditions["Drifted"] == nil)
        }
    }

    @Test func `what a person applied is not taken over: the whole commit is refused, naming field and manager`() {
        SyncWorld.run { world in
            var set = try JSONValue(parsing: "{}")
            set["apiVersion"] = "imm.dev/v1alpha1"
            set["kind"] = "InstanceSet"
            set["metadata"] = ["namespace": "default", "name": "web"]
            set["spec"] = ["replicas": 3, "template": ["spec": ["image": "app:v1"]]]
            try await world.apply(set, as: "immctl")
            world.server.commit(["web.yaml": Files.set("web", replicas: 2), "key.yaml": Files.secret("key")])
            try await world.makeSource()
            try await world.waitForReason("FieldConflict")
            let message = try await world.source().ready?.message ?? ""
            #expect(
                message.contains("InstanceSet default/web: others own fields with other values: .spec.replicas"),
                "\(message)")
            #expect(message.contains("\"immctl\""))
            #expect(try await world.client.find(Secret.self, namespace: "default", name: "key") == nil)
            // They agree: the object is taken into the inventory.
            try await world.apply(Self.scaled(2).merged(image: "app:v1"), as: "immctl")
            try await world.wait("it is applied") { try await world.source().isReady }
            #expect(try await world.source().status.inventory.contains { $0.name == "web" })
        }
    }

    @Test func `two sources do not share an object, even when they agree`() {
        SyncWorld.run { world in
            let first = world.server.commit(["key.yaml": Files.secret("key")])
            try await world.makeSource("one")
            try await world.waitUntilApplied(first, "one")
            try await world.makeSource("two")
            try await world.waitForReason("OwnedElsewhere", "two")
            #expect(
                try await world.source("two").ready?.message.contains("GitSource default/one answers for it") == true)
        }
    }
}

extension JSONValue {
    fileprivate func merged(image: String) -> JSONValue {
        var value = self
        value[path: ["spec", "template"]] = ["spec": ["image": .string(image)]]
        return value
    }
}
