import APIClient
import Ambient
import ClusterKit
import DockerEngine
import Glibc
import HTTPTransport
import InfraAPI
import JSON
import OpenAPI
import ResourceAPI
import Testing

extension EndToEnd {
    /// immd with a Kubernetes API as its store, and a real engine as its provider. IMM_TEST_KUBECONFIG names a real cluster; without
    /// it the API server is the kit's.
    @Suite struct ClusterTests {
        @Test func `without our kinds immd is not ready and says what to do, with them it leads`() async throws {
            try await ClusterBed.with(definitions: false) { cluster in
                guard try await !cluster.target.hasDefinitions() else { return }
                let immd = try cluster.start()
                try await immd.wait(for: "the remedy") {
                    immd.log.contains("immd crds | kubectl apply --server-side -f -")
                }
                let ready = try #require(try await immd.health("/readyz"))
                #expect(ready.code == 500 && ready.text.contains("not installed: instancesets.imm.dev"))
                #expect(try await immd.health("/livez")?.code == 200)
                #expect(try await cluster.lease() == nil)
                try await cluster.target.applyDefinitions()
                try await cluster.leads(immd)
                // The first start makes the default Provider: this cluster itself.
                let providers = try await cluster.client.list(ProviderObject.self).items
                #expect(
                    providers.contains {
                        $0.spec.type == .kubernetes
                            && $0.metadata.annotations[ProviderObject.defaultAnnotation] == "true"
                    })
                #expect(try await immd.stop() == .code(0))
                #expect(try await cluster.lease()?.spec.holderIdentity ?? "" == "", "the lease is given back")
            }
        }

        @Test(.enabled(if: ClusterTarget.given == nil, "a real cluster's definitions are others' too"))
        func `definitions that lack what this immd writes keep it from acting, and those that have more do not`()
            async throws
        {
            try await ClusterBed.with { cluster in
                let schema: [String] = ["schema", "openAPIV3Schema", "properties", "status", "properties"]
                try await cluster.target.applyDefinitions { definition in
                    guard definition["metadata"]?["name"] == "volumes.imm.dev" else { return }
                    var version = definition["spec"]?["versions"]?.arrayValue?.first ?? .null
                    version[path: schema + ["receipts"]] = nil
                    definition[path: ["spec", "versions"]] = [version]
                    definition[path: ["metadata", "annotations", CustomResourceDefinitions.hashAnnotation]] = "older"
                }
                let immd = try cluster.start()
                try await immd.wait(for: "what is missing") {
                    immd.log.contains("volumes.imm.dev has no .status.receipts")
                }
                #expect(try await immd.health("/readyz")?.code == 500)
                try await cluster.target.applyDefinitions { definition in
                    var version = definition["spec"]?["versions"]?.arrayValue?.first ?? .null
                    version[path: schema + ["ofLaterVersions"]] = ["type": "string"]
                    definition[path: ["spec", "versions"]] = [version]
                    definition[path: ["metadata", "annotations", CustomResourceDefinitions.hashAnnotation]] = "newer"
                }
                try await cluster.leads(immd)
            }
        }

        @Test(.timeLimit(.minutes(5)))
        func `a fleet with volumes is rolled out, rolled back, healed and uninstalled, and its data stays`()
            async throws
        {
            try await ClusterBed.with { cluster in
                let (bed, immd) = (cluster.bed, try await cluster.startLeader())
                var writers = Manifest.writers(try await bed.image("v1"))
                writers.spec = ["minReadySeconds": 1]
                try await bed.apply(writers)
                let first = try await bed.wait(for: "db", "v1 is proven", .seconds(90)) {
                    $0.isSettled && $0.set?.status.lastProvenRevision != nil
                }
                #expect(first.volumes.allSatisfy { $0.metadata.ownerReferences.isEmpty })

                writers.image = try await bed.image("v2")
                try await bed.apply(writers)
                let second = try await bed.settled("db", after: first.set?.status.updateRevision, .seconds(60))
                #expect(second.volumes.map(\.uid) == first.volumes.map(\.uid))
                #expect(second.volumes.allSatisfy { $0.status.epoch == 2 })
                #expect(second.ids.isDisjoint(with: first.ids))

                // Drift: what somebody removed behind our back is there again, with the same data.
                let lost = try #require(second.instances.first?.status.providerID)
                try await bed.engine.removeContainer(lost, force: true)
                let healed = try await bed.wait(for: "db", "the removed one replaced", .seconds(60)) {
                    $0.isSettled && !$0.ids.contains(lost)
                }
                #expect(healed.volumes.map(\.uid) == first.volumes.map(\.uid))

                // What breaks is taken back to what ran.
                writers.command = ["/bin/sh", "-c", "exit 3"]
                try await bed.apply(writers)
                let back = try await bed.wait(for: "db", "rolled back", .seconds(90)) { fleet in
                    fleet.condition("Ready")?.reason == "RolledBack" && fleet.instances.count == 3
                        && fleet.set?.status.availableReplicas == 3
                }
                #expect(back.set?.status.targetRevision != back.set?.status.updateRevision)
                #expect(back.volumes.map(\.uid) == first.volumes.map(\.uid))
                for volume in back.volumes { try await bed.checkLog(of: volume) }
                try await cluster.uninstall("db", keeping: first.volumes)
                try await cluster.report(of: immd).check("through a life of a fleet")
                // Events went to the namespace of the set.
                let events = try await cluster.client.list(Event.self, in: cluster.namespace).items
                #expect(events.contains { $0.involvedObject.kind == "InstanceSet" && $0.reportingComponent == "immd" })
                #expect(try await immd.stop() == .code(0))
            }
        }

        @Test(.timeLimit(.minutes(5)))
        func `a second immd waits, and goes on where a killed or paused one ended`() async throws {
            try await ClusterBed.with { cluster in
                let bed = cluster.bed
                let first = try await cluster.startLeader()
                let second = try cluster.start()
                try await second.waitUntilReady()
                var writers = Manifest.writers(try await bed.image("v1"))
                try await bed.apply(writers)
                let before = try await bed.settled("db", .seconds(60))
                #expect(try await cluster.lease()?.spec.holderIdentity == first.identity)

                // Paused in the middle of a handover.
                writers.environment = [("ROUND", "1")]
                try await bed.apply(writers)
                try await first.wait(for: "a handover begun") {
                    try await bed.fleet("db").instances.contains { $0.status.step != nil || $0.isBeingDeleted }
                }
                first.process.send(SIGSTOP)
                try await cluster.leads(second)
                try await second.wait(for: "what is under way taken over") { second.log.contains("took over") }
                let round = try await bed.settled("db", after: before.set?.status.updateRevision, .seconds(90))
                let third = try cluster.start()
                try await third.waitUntilReady()
                first.process.send(SIGCONT)
                try await first.wait(for: "the paused one notices") { first.log.contains("leads no more") }
                let later = try await bed.settled("db")
                #expect(later.ids == round.ids, "the paused one did nothing more")

                // Killed in the middle of the next one.
                #expect(try await first.stop() == .code(0))
                writers.environment = [("ROUND", "2")]
                try await bed.apply(writers)
                try await second.wait(for: "a handover begun") {
                    try await bed.fleet("db").instances.contains { $0.status.step != nil || $0.isBeingDeleted }
                }
                second.process.end()
                try await cluster.leads(third)
                let after = try await bed.settled("db", after: round.set?.status.updateRevision, .seconds(90))
                #expect(after.volumes.map(\.uid) == before.volumes.map(\.uid))
                for volume in after.volumes { try await bed.checkLog(of: volume) }
                try await bed.expectNothingLeaked(after)
                try await cluster.uninstall("db", keeping: before.volumes)
                try await cluster.report(of: third).check("by the one that took over")
            }
        }

        @Test(.enabled(if: ClusterTarget.given == nil, "tokens of a real cluster are its own"))
        func `a token that is replaced in its file and revoked is taken up`() async throws {
            try await ClusterBed.with { cluster in
                let kit = try #require(cluster.target.kit)
                let folder = cluster.bed.directory
                try ClusterTarget.write(try await kit.token("first"), to: folder + "/token")
                try ClusterTarget.write(kit.kubeconfig(user: ["tokenFile": "token"]), to: folder + "/rotating")
                let immd = try cluster.start(kubeconfig: folder + "/rotating")
                try await cluster.leads(immd)
                try await cluster.bed.apply(Manifest(try await cluster.bed.image("v1")))
                try await cluster.bed.settled("web", .seconds(60))
                try ClusterTarget.write(try await kit.token("second"), to: folder + "/token")
                try await kit.revoke("first")
                try await cluster.bed.patch("web", ["spec": ["replicas": 2]])
                try await cluster.bed.settled("web", .seconds(60))
                let refused = try await cluster.report(of: immd).lines.filter { $0.code == 401 }
                #expect(!refused.isEmpty, "the old one was refused, and the file read again")
                #expect(try await cluster.lease()?.spec.holderIdentity == immd.identity)
            }
        }

        /// - Parameter hasProvider: whether the Provider stands in the flags, and nothing without a namespace may be read.
        @Test(arguments: [false, true])
        func `only the namespaces that it is told of are looked at`(hasProvider: Bool) async throws {
            try await ClusterBed.with { cluster in
                let immd =
                    hasProvider
                    ? try cluster.start(
                        "--namespace", cluster.namespace, "--provider", "docker", "--docker-endpoint",
                        "unix://\(cluster.bed.daemon.endpoint)")
                    : try cluster.start("--namespace", cluster.namespace)
                try await cluster.leads(immd)
                var writers = Manifest.writers(try await cluster.bed.image("v1"), replicas: 1)
                if hasProvider { writers.spec["provider"] = "docker" }
                try await cluster.bed.apply(writers)
                try await cluster.bed.settled("db", .seconds(60))
                let metrics = try #require(try await immd.health("/metrics")).text
                let wide = metrics.split(separator: "\n").filter {
                    $0.hasPrefix("imm_kubernetes_requests_total") && $0.contains("scope=\"cluster\"")
                        && (hasProvider
                            || !$0.contains("resource=\"providers") && !$0.contains("customresourcedefinitions"))
                }
                #expect(wide == [])
                try await cluster.report(of: immd).check(
                    hasProvider ? "without kinds of the cluster" : "in one namespace")
            }
        }

        @Test(.enabled(if: ClusterTarget.given == nil, "thousands of Pods are not for somebody's cluster"))
        func `beside 5,000 Pods nothing is listed without a limit, and a fleet at rest costs next to nothing`()
            async throws
        {
            try await ClusterBed.with { cluster in
                let kit = try #require(cluster.target.kit)
                for number in 0..<5_000 {
                    _ = try await kit.client.create(ClusterTests.pod(number, cluster.namespace), WriteOptions())
                }
                // Watched too, as the cluster's own Provider is, though the fleet runs elsewhere.
                var provider = ProviderObject()
                provider.metadata.name = "kubernetes"
                provider.spec.type = .kubernetes
                _ = try await cluster.client.create(provider)
                let immd = try await cluster.startLeader()
                try await cluster.bed.apply(Manifest.writers(try await cluster.bed.image("v1")))
                try await cluster.bed.wait(for: "db", "v1 is proven", .seconds(90)) {
                    $0.isSettled && $0.set?.status.lastProvenRevision != nil
                }
                let connected = try await cluster.client.get(ProviderObject.self, name: "kubernetes")
                #expect(connected.status.conditions["Ready"]?.status == .true)
                try await Task.sleep(for: .seconds(5))
                let (before, start) = (try await cluster.report(of: immd), SystemTime())
                try await Task.sleep(for: .seconds(20))
                let after = try await cluster.report(of: immd)
                let seconds = start.uptime / .seconds(1)
                let requests = after.others - before.others
                let memory = try ClusterTests.residentMebibytes(of: immd.process.pid)
                print("at rest: \(requests) requests in \(Int(seconds)) s, \(memory) MiB")
                #expect(Double(requests) < seconds && memory < 300)
                after.check("beside 5,000 Pods")
            }
        }

        /// As large as a Pod with a few containers' worth of settings and status.
        private static func pod(_ number: Int, _ namespace: String) -> JSONValue {
            let variables = (0..<40).map { index -> JSONValue in
                ["name": .string("SETTING_\(index)"), "value": .string("value \(index) of \(number)")]
            }
            return [
                "apiVersion": "v1", "kind": "Pod",
                "metadata": [
                    "name": .string("other-\(number)"), "namespace": .string(namespace), "labels": ["app": "other"],
                ],
                "spec": ["containers": [["name": "main", "image": "app:1", "env": .array(variables)]]],
            ]
        }

        private static func residentMebibytes(of pid: pid_t) throws -> Int {
            let line = try readText("/proc/\(pid)/status").split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
            guard let kibibytes = line?.split(separator: " ").dropLast().last.flatMap({ Int($0) }) else {
                throw Failure("process \(pid) has no VmRSS")
            }
            return kibibytes / 1024
        }
    }
}

extension ClusterBed {
    /// Deletes a set as a user does, and checks that nothing of it hangs and that no data is lost.
    func uninstall(_ set: String, keeping volumes: [Volume]) async throws {
        try await bed.delete(set: set)
        let gone = try await bed.wait(for: set, "\(set) is gone", .seconds(60)) { fleet in
            let held = try await bed.containers(of: set)
            return fleet.set == nil && fleet.instances.isEmpty && fleet.revisions.isEmpty && held.isEmpty
                && fleet.volumes.allSatisfy { $0.status.orphanedAt != nil && $0.status.attachment == nil }
        }
        #expect(gone.volumes.map(\.uid) == volumes.map(\.uid), "the volumes stay")
        for volume in gone.volumes { try await bed.checkLog(of: volume) }
        // A person's approval lets a volume go, with its data.
        for volume in gone.volumes {
            let reference = ObjectReference(Volume.resourceType, namespace: namespace, name: volume.name)
            _ = try await client.mergePatch(
                reference,
                ["metadata": ["annotations": [VolumeDeletion.approvalAnnotation: .string(volume.uid)]]], nil,
                WriteOptions(fieldManager: "test-cluster"))
            _ = try await client.delete(reference, DeleteOptions())
        }
        try await bed.wait(for: set, "the volumes of \(set) are gone", .seconds(60)) { $0.volumes.isEmpty }
    }
}
