import ObjectStore

extension ObjectStoreConformance {
    static let listCases: [Case] = [
        Case("a list is in key order, of one resource, in one namespace or in all") { probe in
            for name in ["b", "c", "a"] {
                try await probe.put(probe.key(name, in: "n2"), 1)
                try await probe.put(probe.key(name, in: "n1"), 1)
                try await probe.put(probe.key(name, in: "n10"), 1)
                try await probe.put(probe.key(name, in: "", of: "imm.dev/providers"), 1)
            }
            let all = try await probe.store.list(probe.everywhere, limit: nil, continuation: nil)
            try probe.expect(
                all.objects.map { "\($0.key.namespace)/\($0.key.name)" }
                    == ["n1/a", "n1/b", "n1/c", "n10/a", "n10/b", "n10/c", "n2/a", "n2/b", "n2/c"],
                "the list is \(all.objects.map(\.key))")
            try probe.expect(all.version == (try await probe.store.currentVersion()), "the list has another version")
            try probe.expect(all.continuation == nil && all.remaining ?? 0 == 0, "a full list claims a rest")
            let scope = StoreScope(resource: StoreProbe.resource, namespace: "n1")
            let one = try await probe.store.list(scope, limit: nil, continuation: nil)
            try probe.expect(
                one.objects.map(\.key.name) == ["a", "b", "c"], "the namespace's list is \(one.objects.map(\.key))")
            let cluster = StoreScope(resource: "imm.dev/providers", namespace: "")
            let providers = try await probe.store.list(cluster, limit: nil, continuation: nil)
            try probe.expect(providers.objects.count == 3, "cluster-scoped objects: \(providers.objects.map(\.key))")
            let none = try await probe.store.list(StoreScope(resource: "imm.dev/none"), limit: nil, continuation: nil)
            try probe.expect(none.objects.isEmpty && none.version == all.version, "an empty list is \(none)")
        },
        Case("the pages of a list show one snapshot while writes go on", pages),
        Case("a page of one namespace keeps to it") { probe in
            for name in ["a", "b", "c"] {
                for namespace in ["n1", "n2", "n3"] { try await probe.put(probe.key(name, in: namespace), 1) }
            }
            let scope = StoreScope(resource: StoreProbe.resource, namespace: "n2")
            let first = try await probe.store.list(scope, limit: 2, continuation: nil)
            try await probe.put(probe.key("bb", in: "n2"), 1)
            try await probe.put(probe.key("bb", in: "n3"), 1)
            let second = try await probe.store.list(scope, limit: 2, continuation: first.continuation)
            try probe.expect(
                (first.objects + second.objects).map { "\($0.key.namespace)/\($0.key.name)" } == [
                    "n2/a", "n2/b", "n2/c",
                ],
                "the pages are \(first.objects.map(\.key)) and \(second.objects.map(\.key))")
            try probe.expect(second.continuation == nil, "there is a third page")
        },
        Case("a page of a snapshot that is retained no longer fails as compacted") { probe in
            for name in ["a", "b", "c"] { try await probe.put(probe.key(name), 1) }
            let first = try await probe.store.list(probe.everywhere, limit: 1, continuation: nil)
            let last = try await probe.put(probe.key("b"), 2)
            try await probe.fixture.compact(last.version)
            let code = try await probe.refusal(of: "a page of a compacted snapshot") {
                _ = try await probe.store.list(probe.everywhere, limit: 1, continuation: first.continuation)
            }
            guard case .compacted(let oldest) = code else {
                throw Failure(description: "expected compacted, got \(code)")
            }
            try probe.expect(oldest > first.version, "it says that \(oldest) is the oldest")
        },
    ]

    @Sendable
    private static func pages(_ probe: StoreProbe) async throws {
        for index in 10..<30 { try await probe.put(probe.key("o\(index)"), 0) }
        let whole = try await probe.store.list(probe.everywhere, limit: nil, continuation: nil)
        var page = try await probe.store.list(probe.everywhere, limit: 3, continuation: nil)
        var seen = page.objects
        var round = 0
        while let continuation = page.continuation {
            try probe.expect(
                page.remaining ?? 20 - seen.count == 20 - seen.count, "wrong rest: \(page.remaining ?? -1)")
            // Ahead of the pages and behind them: changes, deletions, new objects, and new ones that go again.
            try await probe.put(probe.key("o\(29 - round)"), 1)
            try await probe.put(probe.key("o\(10 + round)x"), 1)
            try await probe.put(probe.key("o\(28 - round)x"), 1)
            if round % 2 == 0 { try await probe.delete(probe.key("o\(27 - round)")) }
            if round % 2 == 1 { try await probe.delete(probe.key("o\(28 - round)x")) }
            page = try await probe.store.list(probe.everywhere, limit: 3, continuation: continuation)
            try probe.expect(page.version == whole.version, "a page has version \(page.version), not \(whole.version)")
            seen += page.objects
            round += 1
        }
        try probe.expect(seen.map(\.key) == whole.objects.map(\.key), "the pages hold \(seen.map(\.key.name))")
        try probe.expect(seen.map(\.version) == whole.objects.map(\.version), "a page shows later states")
        try probe.expect(seen.allSatisfy { probe.value($0) == 0 }, "a page shows later bodies")
    }
}
