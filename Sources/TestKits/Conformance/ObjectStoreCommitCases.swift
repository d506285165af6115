import JSON
import ObjectStore

extension ObjectStoreConformance {
    static let commitCases: [Case] = [
        Case("a put is read back, with its version inside") { probe in
            let key = probe.key("web")
            try probe.expect(try await probe.store.get(key) == nil, "a new store holds \(key)")
            let before = try await probe.store.currentVersion()
            var body = probe.body(1)
            body[path: ["metadata", "resourceVersion"]] = "999999999999999999"
            let put = try await probe.store.commit([StoreMutation(key, .put(body), if: .absent)])[0]
            let got = try await probe.store.get(key)
            try probe.expect(put.version > before, "the version did not grow: \(before), \(put.version)")
            try probe.expect(got?.version == put.version, "get and commit differ in the version")
            try probe.expect(try await probe.store.currentVersion() == put.version, "the store's version is another")
            let inside = got?.body[path: ["metadata", "resourceVersion"]]
            try probe.expect(inside == .string(put.version.description), "the body says \(String(describing: inside))")
            try probe.expect(got?.body.encoded() == got?.encoded, "tree and bytes differ")
            try probe.expect(probe.value(got) == 1, "the body was changed")
        },
        Case("every precondition holds or is refused with what stands there", preconditions),
        Case("a deletion returns the last state with its own version") { probe in
            let put = try await probe.put(probe.key("web"), 7)
            let deleted = try await probe.delete(probe.key("web"), if: .version(put.version))
            try probe.expect(deleted.version > put.version, "the deletion has no version of its own")
            try probe.expect(probe.value(deleted) == 7, "the deletion does not return the last state")
            let inside = deleted.body[path: ["metadata", "resourceVersion"]]
            try probe.expect(inside == .string(deleted.version.description), "the body has another version")
            try probe.expect(try await probe.store.get(probe.key("web")) == nil, "the object is still there")
        },
        Case("a commit is all or nothing") { probe in
            let kept = try await probe.put(probe.key("kept"), 1)
            let before = try await probe.store.currentVersion()
            try await probe.expectConflict(probe.key("kept"), current: kept.version) {
                _ = try await probe.store.commit([
                    StoreMutation(probe.key("new"), .put(probe.body(1)), if: .absent),
                    StoreMutation(probe.key("kept"), .put(probe.body(2)), if: .absent),
                    StoreMutation(probe.key("late"), .put(probe.body(1)), if: .none),
                ])
            }
            try probe.expect(try await probe.store.get(probe.key("new")) == nil, "a refused commit left an object")
            try probe.expect(try await probe.store.get(probe.key("late")) == nil, "a refused commit left an object")
            try probe.expect(probe.value(try await probe.store.get(probe.key("kept"))) == 1, "a refused commit wrote")
            try probe.expect(try await probe.store.currentVersion() == before, "a refused commit took a version")
        },
        Case("the mutations of a commit take one version each and see the ones before them") { probe in
            let before = try await probe.store.currentVersion()
            let key = probe.key("web")
            let results = try await probe.store.commit([
                StoreMutation(key, .put(probe.body(1)), if: .absent),
                StoreMutation(probe.key("other"), .put(probe.body(1)), if: .absent),
                StoreMutation(key, .put(probe.body(2)), if: .present),
                StoreMutation(key, .delete, if: .present),
                StoreMutation(key, .put(probe.body(3)), if: .absent),
            ])
            let versions = results.map(\.version)
            try probe.expect(
                versions == (1...5).map { StoreVersion(before.value + $0) }, "the versions are \(versions)")
            try probe.expect(probe.value(try await probe.store.get(key)) == 3, "the last mutation does not stand")
        },
        Case("a put that changes nothing keeps its version and emits nothing") { probe in
            let key = probe.key("web")
            let first = try await probe.put(key, 1)
            let watch = try await probe.store.watch(probe.everywhere, after: first.version)
            let second = try await probe.put(key, 1, if: .version(first.version))
            try probe.expect(
                second.version == first.version, "the version went from \(first.version) to \(second.version)")
            var body = first.body
            body[path: ["metadata", "resourceVersion"]] = nil
            let third = try await probe.store.commit([StoreMutation(key, .put(body), if: .none)])[0]
            try probe.expect(third.version == first.version, "a resourceVersion in the body counted as a change")
            try probe.expect(try await probe.store.currentVersion() == first.version, "the store's version moved")
            let fourth = try await probe.put(key, 2)
            let events = try await probe.events(watch, 1)
            try probe.expect(events[0].version == fourth.version, "a put that changes nothing was announced")
        },
        Case("an object beyond the limit is refused") { probe in
            let text = JSONValue.string(String(repeating: "x", count: 2 << 20))
            let code = try await probe.refusal(of: "an object of 2 MiB") {
                _ = try await probe.store.commit([StoreMutation(probe.key("big"), .put(["spec": text]), if: .none)])
            }
            guard case .tooLarge(let key, let bytes, let limit) = code else {
                throw Failure(description: "expected tooLarge, got \(code)")
            }
            try probe.expect(key == probe.key("big") && bytes > limit, "the error says \(bytes) of \(limit) bytes")
        },
    ]

    @Sendable
    private static func preconditions(_ probe: StoreProbe) async throws {
        let key = probe.key("web")
        try await probe.expectConflict(key, current: nil) { try await probe.put(key, 1, if: .present) }
        try await probe.expectConflict(key, current: nil) { try await probe.put(key, 1, if: .version(StoreVersion(1))) }
        try await probe.expectConflict(key, current: nil) { try await probe.delete(key, if: .present) }
        try await probe.expectConflict(key, current: nil) { try await probe.delete(key) }
        let first = try await probe.put(key, 1, if: .absent)
        try await probe.expectConflict(key, current: first.version) { try await probe.put(key, 2, if: .absent) }
        let second = try await probe.put(key, 2, if: .version(first.version))
        try await probe.expectConflict(key, current: second.version) {
            try await probe.put(key, 3, if: .version(first.version))
        }
        try await probe.expectConflict(key, current: second.version) {
            // Not even when it would change nothing.
            try await probe.put(key, 2, if: .version(first.version))
        }
        try await probe.expectConflict(key, current: second.version) {
            try await probe.delete(key, if: .version(first.version))
        }
        let third = try await probe.put(key, 3, if: .present)
        let fourth = try await probe.put(key, 4, if: .none)
        try await probe.delete(key, if: .version(fourth.version))
        try await probe.expectConflict(key, current: nil) { try await probe.put(key, 5, if: .version(fourth.version)) }
        let fifth = try await probe.put(key, 5, if: .absent)
        let versions = [first, second, third, fourth, fifth].map(\.version)
        try probe.expect(versions == versions.sorted() && Set(versions).count == 5, "the versions are \(versions)")
    }
}
