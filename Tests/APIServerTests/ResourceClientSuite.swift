import InfraAPI
import JSON
import ResourceAPI
import Testing

/// What every `ResourceClient` does alike, in process and over HTTP. Needs a namespace `default` without objects.
enum ResourceClientSuite {
    static func check(_ client: any ResourceClient) async throws {
        try await createAndGet(client)
        try await conflicts(client)
        try await statusAndScale(client)
        try await applies(client)
        try await lists(client)
        try await watches(client)
        try await terms(client)
        try await deletes(client)
        try await failures(client)
    }

    private static func set(_ name: String) -> ObjectReference {
        ObjectReference(InstanceSet.resourceType, namespace: "default", name: name)
    }

    private static func createAndGet(_ client: any ResourceClient) async throws {
        let created = try await client.create(setBody("made"), WriteOptions(fieldManager: "suite"))
        #expect(created["metadata"]?["uid"]?.stringValue?.isEmpty == false)
        #expect(created["metadata"]?["generation"] == 1)
        #expect(try await client.get(set("made")) == created)
        let again = try await failure { _ = try await client.create(setBody("made"), WriteOptions()) }
        #expect((again.code, again.reason) == (409, .alreadyExists))
        #expect((again.kind, again.name) == ("instancesets", "made"))
        var generated = setBody("")
        generated["metadata"] = ["generateName": "gen-", "namespace": "default"]
        let name = try await client.create(generated, WriteOptions())["metadata"]?["name"]?.stringValue
        #expect(name?.hasPrefix("gen-") == true && name?.count == 9)
        let dry = try await client.create(setBody("dry"), WriteOptions(dryRun: true))
        #expect(dry["metadata"]?["name"] == "dry")
        let missing = try await failure { _ = try await client.get(set("dry")) }
        #expect((missing.code, missing.reason) == (404, .notFound))
    }

    private static func conflicts(_ client: any ResourceClient) async throws {
        var old = try await client.get(set("made"))
        let patched = try await client.mergePatch(set("made"), ["spec": ["replicas": 5]], nil, WriteOptions())
        #expect(patched["spec"]?["replicas"] == 5)
        #expect(patched["metadata"]?["generation"] == 2)
        old["spec"]?["replicas"] = 7
        let body = old
        let status = try await failure { _ = try await client.update(body, nil, WriteOptions()) }
        #expect((status.code, status.reason, status.isConflict) == (409, .conflict, true))
        var new = patched
        new["spec"]?["replicas"] = 7
        #expect(try await client.update(new, nil, WriteOptions())["spec"]?["replicas"] == 7)
    }

    private static func statusAndScale(_ client: any ResourceClient) async throws {
        let status = try await client.mergePatch(
            set("made"), ["status": ["replicas": 2], "spec": ["replicas": 99]], .status, WriteOptions())
        #expect((status["status"]?["replicas"], status["spec"]?["replicas"]) == (2, 7))
        var object = status
        object["status"]?["replicas"] = 4
        #expect(try await client.update(object, .status, WriteOptions())["status"]?["replicas"] == 4)
        let scaled = try await client.mergePatch(set("made"), ["spec": ["replicas": 1]], .scale, WriteOptions())
        #expect((scaled["kind"], scaled["spec"]?["replicas"]) == ("Scale", 1))
        var scale = scaled
        scale["spec"]?["replicas"] = 6
        #expect(try await client.update(scale, .scale, WriteOptions())["spec"]?["replicas"] == 6)
        #expect(try await client.scale(of: set("made"))["status"]?["replicas"] == 4)
    }

    private static func applies(_ client: any ResourceClient) async throws {
        var object = setBody("applied")
        let first = try await client.apply(object, WriteOptions(fieldManager: "one"))
        #expect(try await client.apply(object, WriteOptions(fieldManager: "one")) == first, "no change is no write")
        object["spec"]?["replicas"] = 9
        let other = object
        let status = try await failure { _ = try await client.apply(other, WriteOptions(fieldManager: "two")) }
        #expect((status.code, status.reason) == (409, .conflict))
        #expect(status.causes.map(\.reason) == ["FieldManagerConflict"])
        #expect(status.causes.first?.field == ".spec.replicas")
        let forced = try await client.apply(other, WriteOptions(fieldManager: "two", force: true))
        #expect(forced["spec"]?["replicas"] == 9)
        let nameless = try await failure { _ = try await client.apply(other, WriteOptions()) }
        #expect((nameless.code, nameless.reason) == (422, .invalid))
    }

    private static func lists(_ client: any ResourceClient) async throws {
        for (name, tier) in [("a", "x"), ("b", "y"), ("c", "x")] {
            _ = try await client.create(secretBody(name, labels: ["tier": .string(tier)]), WriteOptions())
        }
        func names(_ list: ObjectList) -> [String] { list.items.compactMap { $0["metadata"]?["name"]?.stringValue } }
        let type = Secret.resourceType
        let all = try await client.list(type, in: "default", ListOptions())
        #expect(names(all) == ["a", "b", "c"])
        #expect(all.items.allSatisfy { $0["kind"] == "Secret" && $0["apiVersion"] == "v1" })
        #expect(UInt64(all.resourceVersion) != nil && all.continuation == nil)
        #expect(names(try await client.list(type, in: nil, ListOptions(labelSelector: "tier in (x)"))) == ["a", "c"])
        #expect(names(try await client.list(type, in: nil, ListOptions(fieldSelector: "metadata.name=b"))) == ["b"])
        let page = try await client.list(type, in: "default", ListOptions(limit: 2))
        #expect((names(page), page.remainingItemCount) == (["a", "b"], 1))
        let rest = try await client.list(
            type, in: "default", ListOptions(limit: 2, continuation: page.continuation))
        #expect((names(rest), rest.continuation, rest.resourceVersion) == (["c"], nil, page.resourceVersion))
        let wrong = try await failure { _ = try await client.list(type, in: nil, ListOptions(labelSelector: "a in (")) }
        #expect((wrong.code, wrong.reason) == (400, .badRequest))
    }

    private static func watches(_ client: any ResourceClient) async throws {
        let type = Secret.resourceType
        let start = try await client.list(type, in: "default", ListOptions()).resourceVersion
        let watch = try await client.watch(
            type, in: "default", WatchOptions(labelSelector: "tier=z", resourceVersion: start))
        defer { watch.cancel() }
        let reference = ObjectReference(type, namespace: "default", name: "a")
        _ = try await client.create(secretBody("d", labels: ["tier": "z"]), WriteOptions())
        _ = try await client.mergePatch(reference, ["metadata": ["labels": ["tier": "z"]]], nil, WriteOptions())
        _ = try await client.mergePatch(reference, ["metadata": ["annotations": ["n": "1"]]], nil, WriteOptions())
        _ = try await client.mergePatch(reference, ["metadata": ["labels": ["tier": "x"]]], nil, WriteOptions())
        let gone = try await client.delete(
            ObjectReference(type, namespace: "default", name: "d"), DeleteOptions())
        var seen: [String] = []
        var versions: [UInt64] = []
        while seen.count < 5 {
            for event in try #require(try await watch.next()) {
                seen.append(event.summary)
                if let version = event.version { versions.append(version) }
            }
        }
        #expect(seen == ["ADDED d", "ADDED a", "MODIFIED a", "DELETED a", "DELETED d"])
        #expect(versions == versions.sorted() && Set(versions).count == 5, "each event has its own version")
        #expect(gone["metadata"]?["name"] == "d")
        let initial = try await client.watch(type, in: "default", WatchOptions(fieldSelector: "metadata.name=b"))
        #expect(try await initial.next()?.first?.summary == "ADDED b")
        initial.cancel()
        #expect(try await initial.next() == nil, "a cancelled watch ends")
    }

    /// Writes in a term: made while the Lease says so, refused with one and the same answer when it does not.
    private static func terms(_ client: any ResourceClient) async throws {
        var lease = Lease()
        lease.metadata = ObjectMeta(name: "leader", namespace: "default")
        lease.spec.holderIdentity = "one and only"
        lease.spec.leaseTransitions = 3
        _ = try await client.create(lease)
        let reference = ObjectReference(Secret.resourceType, namespace: "default", name: "termed")
        func term(_ number: Int, _ holder: String = "one and only", lease: String = "leader") -> LeaderTerm {
            LeaderTerm(namespace: "default", name: lease, holder: holder, number: number)
        }
        let now = WriteOptions(fieldManager: "suite", term: term(3))
        var made = try await client.create(secretBody("termed", labels: [:]), now)
        made[path: ["metadata", "labels"]] = ["a": "1"]
        _ = try await client.update(made, nil, now)
        _ = try await client.mergePatch(reference, ["metadata": ["labels": ["a": "2"]]], nil, now)
        _ = try await client.apply(secretBody("termed", labels: ["b": "1"]), now)
        let last = try await client.get(reference)
        for over in [term(2), term(4), term(3, "two"), term(3, lease: "none")] {
            let options = WriteOptions(fieldManager: "suite", term: over)
            let labels: JSONValue = ["metadata": ["labels": ["a": "3"]]]
            let body = last.mergePatched(with: labels)
            let refused = [
                try await failure { _ = try await client.create(secretBody("late", labels: [:]), options) },
                try await failure { _ = try await client.update(body, nil, options) },
                try await failure { _ = try await client.mergePatch(reference, labels, nil, options) },
                try await failure { _ = try await client.apply(secretBody("termed", labels: ["b": "2"]), options) },
                try await failure { _ = try await client.delete(reference, DeleteOptions(term: over)) },
            ]
            for status in refused {
                #expect((status.code, status.reason, status.isTermOver) == (409, .conflict, true), "\(status)")
                #expect(status.message.contains("leases default/"), "\(status)")
            }
        }
        #expect(try await client.get(reference) == last, "a refused write changed something")
        let stale = try await failure {
            _ = try await client.update(made, nil, WriteOptions(term: term(3)))
        }
        #expect(stale.isConflict && !stale.isTermOver, "another write that came first is no end of the term")
        _ = try await client.delete(reference, DeleteOptions(term: term(3)))
    }

    private static func deletes(_ client: any ResourceClient) async throws {
        let reference = ObjectReference(Secret.resourceType, namespace: "default", name: "b")
        let wrong = try await failure { _ = try await client.delete(reference, DeleteOptions(uid: "other")) }
        #expect((wrong.code, wrong.reason) == (409, .conflict))
        let standing = try await client.get(reference)
        let gone = try await client.delete(reference, DeleteOptions(uid: standing["metadata"]?["uid"]?.stringValue))
        #expect(gone["metadata"]?["uid"] == standing["metadata"]?["uid"])
        let missing = try await failure { _ = try await client.delete(reference, DeleteOptions()) }
        #expect((missing.code, missing.reason) == (404, .notFound))
        let held = try await client.delete(set("made"), DeleteOptions(propagation: .foreground))
        #expect(held["metadata"]?["deletionTimestamp"]?.stringValue != nil, "finalizers hold it")
        #expect(try await client.get(set("made")) == held)
    }

    private static func failures(_ client: any ResourceClient) async throws {
        var wrong = setBody("wrong")
        wrong["spec"]?["replica"] = 3
        let unknown = wrong
        let strict = try await failure { _ = try await client.create(unknown, WriteOptions()) }
        #expect((strict.code, strict.reason) == (400, .badRequest))
        #expect(strict.message.contains("spec.replica"), "\(strict.message)")
        var negative = setBody("negative")
        negative["spec"]?["replicas"] = -1
        let body = negative
        let invalid = try await failure { _ = try await client.create(body, WriteOptions()) }
        #expect((invalid.code, invalid.reason) == (422, .invalid))
        #expect(invalid.causes.map(\.field) == ["spec.replicas"])
        let nowhere = try await failure { _ = try await client.create(setBody("x", namespace: "none"), WriteOptions()) }
        #expect((nowhere.code, nowhere.reason) == (404, .notFound))
        let future = try await failure {
            _ = try await client.watch(
                Secret.resourceType, in: nil, WatchOptions(resourceVersion: "99999999"))
        }
        #expect((future.code, future.reason) == (504, .timeout))
    }
}

extension WatchEvent {
    /// `ADDED web`
    var summary: String {
        switch self {
        case .added(let object): "ADDED \(object["metadata"]?["name"]?.stringValue ?? "")"
        case .modified(let object): "MODIFIED \(object["metadata"]?["name"]?.stringValue ?? "")"
        case .deleted(let object): "DELETED \(object["metadata"]?["name"]?.stringValue ?? "")"
        case .bookmark: "BOOKMARK"
        }
    }

    var object: JSONValue? {
        switch self {
        case .added(let object), .modified(let object), .deleted(let object): object
        case .bookmark: nil
        }
    }

    var version: UInt64? {
        object?["metadata"]?["resourceVersion"]?.stringValue.flatMap { UInt64($0) }
    }
}
