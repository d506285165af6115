import ObjectStore

extension ObjectStoreConformance {
    static let watchCases: [Case] = [
        Case("a watch delivers what came after its version, then what comes") { probe in
            let first = try await probe.put(probe.key("a"), 1)
            let second = try await probe.put(probe.key("b"), 1)
            let watch = try await probe.store.watch(probe.everywhere, after: first.version)
            let third = try await probe.put(probe.key("a"), 2)
            let events = try await probe.events(watch, 2)
            try probe.expect(
                events.map(\.version) == [second.version, third.version], "it delivered \(events.map(\.version))")
            async let more = probe.events(watch, 1)
            let fourth = try await probe.put(probe.key("c"), 1)
            let version = try await more[0].version
            try probe.expect(version == fourth.version, "it delivered \(version) for \(fourth.version)")
        },
        Case("events say what was there before, and deletions what was last, with its version") { probe in
            let start = try await probe.store.currentVersion()
            let watch = try await probe.store.watch(probe.everywhere, after: start)
            let created = try await probe.put(probe.key("a"), 1)
            let changed = try await probe.put(probe.key("a"), 2)
            let deleted = try await probe.delete(probe.key("a"))
            let again = try await probe.put(probe.key("a"), 3)
            try await probe.expectHistory(watch, [(created, nil), (changed, 1), (deleted, -1), (again, nil)])
            let late = try await probe.store.watch(probe.everywhere, after: created.version)
            try await probe.expectHistory(late, [(changed, 1), (deleted, -1), (again, nil)])
        },
        Case("a watch keeps to its resource and namespace") { probe in
            let start = try await probe.store.currentVersion()
            let one = try await probe.store.watch(
                StoreScope(resource: StoreProbe.resource, namespace: "n1"), after: start)
            let all = try await probe.store.watch(probe.everywhere, after: start)
            try await probe.put(probe.key("a", of: "imm.dev/volumes"), 1)
            try await probe.put(probe.key("a", in: "n2"), 1)
            try await probe.put(probe.key("a", in: "n1"), 1)
            try await probe.put(probe.key("a", in: "n2"), 2)
            try await probe.put(probe.key("b", in: "n1"), 1)
            let names = try await probe.events(one, 2).map(probe.name)
            try probe.expect(names == ["n1/a", "n1/b"], "the namespace's watch delivered \(names)")
            let allNames = try await probe.events(all, 4).map(probe.name)
            try probe.expect(
                allNames == ["n2/a", "n1/a", "n2/a", "n1/b"], "the resource's watch delivered \(allNames)")
        },
        Case("a watch from a version that is retained no longer fails as compacted") { probe in
            let first = try await probe.put(probe.key("a"), 1)
            let second = try await probe.put(probe.key("a"), 2)
            let third = try await probe.put(probe.key("a"), 3)
            try await probe.fixture.compact(second.version)
            let code = try await probe.refusal(of: "a watch from a compacted version") {
                _ = try await probe.store.watch(probe.everywhere, after: first.version)
            }
            try probe.expect(code == .compacted(oldest: second.version), "expected compacted, got \(code)")
            let watch = try await probe.store.watch(probe.everywhere, after: second.version)
            let version = try await probe.events(watch, 1)[0].version
            try probe.expect(version == third.version, "the oldest watch delivered \(version)")
            try probe.expect(probe.value(try await probe.store.get(probe.key("a"))) == 3, "compaction lost an object")
        },
        Case("a version that is not reached yet is refused") { probe in
            let current = try await probe.put(probe.key("a"), 1).version
            let code = try await probe.refusal(of: "a watch from the future") {
                _ = try await probe.store.watch(probe.everywhere, after: StoreVersion(current.value + 1))
            }
            try probe.expect(code == .future(current: current), "expected future, got \(code)")
        },
        Case("a watcher without events gets bookmarks as the store moves on") { probe in
            let watch = try await probe.store.watch(
                StoreScope(resource: "imm.dev/none"), after: try await probe.store.currentVersion())
            async let batch = probe.next(watch)
            for index in 0...probe.fixture.bookmarkVersions { try await probe.put(probe.key("a"), index) }
            guard let events = try await batch, let event = events.first, case .bookmark(let version) = event else {
                throw Failure(description: "no bookmark came")
            }
            try probe.expect(version <= (try await probe.store.currentVersion()), "the bookmark is in the future")
            let resumed = try await probe.store.watch(probe.everywhere, after: version)
            let last = try await probe.put(probe.key("b"), 1)
            let found = try await probe.events(resumed, Int(last.version.value - version.value)).last?.version
            try probe.expect(found == last.version, "a watch from a bookmark misses events")
        },
    ]
}

extension StoreProbe {
    /// The place and the name of the event's object.
    @Sendable
    func name(_ event: StoreEvent) -> String {
        switch event {
        case .put(let object, _), .deleted(let object): "\(object.key.namespace)/\(object.key.name)"
        case .bookmark: "bookmark"
        }
    }

    /// That `watch` delivers these states: each with the value before, nil for a creation and -1 for a deletion.
    func expectHistory(_ watch: StoreWatch, _ expected: [(object: StoredObject, before: Int?)]) async throws {
        for (event, (object, before)) in zip(try await events(watch, expected.count), expected) {
            try expect(event.version == object.version, "version \(event.version) came for \(object.version)")
            switch event {
            case .put(let state, let previous):
                try expect(before != -1, "the deletion \(object.version) was announced as a put")
                try expect(
                    value(previous) == before,
                    "the state before \(object.version) is \(String(describing: value(previous)))")
                try expect(
                    (previous?.version ?? StoreVersion(0)) < state.version, "the state before has a later version")
                try expect(state.encoded == object.encoded, "the event's bytes are not the commit's")
            case .deleted(let last):
                try expect(before == -1, "the put \(object.version) was announced as a deletion")
                try expect(last.encoded == object.encoded, "the deletion's bytes are not the commit's")
            case .bookmark: throw Failure(description: "a bookmark came for \(object.version)")
            }
        }
    }
}
