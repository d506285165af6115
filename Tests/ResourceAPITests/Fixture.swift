import Ambient
import InfraAPI
import JSON
import ObjectStore
import ResourceAPI
import Testing

/// A client over an empty memory store, with a clock that stands still until it is moved.
struct Fixture {
    let clock: TestClock
    let store: MemoryObjectStore
    let client: LocalResourceClient

    /// Namespaces `default` and `other` are there.
    static func make(limits: StoreLimits = StoreLimits()) async throws -> Fixture {
        let clock = TestClock()
        let surroundings = Surroundings(time: clock, randomness: TestRandomness())
        let store = MemoryObjectStore(surroundings: surroundings, limits: limits)
        let client = LocalResourceClient(store: store, surroundings: surroundings)
        for name in ["default", "other"] {
            _ = try await client.create(
                ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]], WriteOptions())
        }
        return Fixture(clock: clock, store: store, client: client)
    }

    func version() async throws -> StoreVersion { try await store.currentVersion() }

    func set(_ name: String = "web") -> ObjectReference {
        ObjectReference(InstanceSet.resourceType, namespace: "default", name: name)
    }

    /// A small valid set; `change` edits it before it is created.
    @discardableResult
    func createSet(
        _ name: String = "web", _ options: WriteOptions = WriteOptions(fieldManager: "creator"),
        _ change: (inout JSONValue) -> Void = { _ in }
    ) async throws -> JSONValue {
        var object = Fixture.setBody(name)
        change(&object)
        return try await client.create(object, options)
    }

    static func setBody(_ name: String = "web", namespace: String = "default") -> JSONValue {
        [
            "apiVersion": "imm.dev/v1alpha1", "kind": "InstanceSet",
            "metadata": ["name": .string(name), "namespace": .string(namespace)],
            "spec": ["replicas": 3, "template": ["spec": ["image": "nginx:1.27"]]],
        ]
    }

    static func secret(_ name: String, labels: JSONValue = [:], namespace: String = "default") -> JSONValue {
        [
            "apiVersion": "v1", "kind": "Secret",
            "metadata": ["name": .string(name), "namespace": .string(namespace), "labels": labels],
        ]
    }
}

/// The status that `body` throws.
func failure(_ body: () async throws -> Void) async throws -> APIStatus {
    do {
        try await body()
    } catch let status as APIStatus {
        return status
    }
    Issue.record("nothing was thrown")
    throw MissingFailure()
}

struct MissingFailure: Error {}

final class TestClock: TimeSource {
    private let elapsed = Guarded(Duration.zero)

    static let start = Timestamp(microsecondsSinceEpoch: 1_800_000_000_000_000)

    var now: Timestamp { TestClock.start + uptime }
    var uptime: Duration { elapsed.withLock { $0 } }

    func advance(_ duration: Duration) { elapsed.withLock { $0 += duration } }

    func sleep(for duration: Duration) async throws { advance(duration) }
}

/// SplitMix64.
final class TestRandomness: Randomness {
    private let state: Guarded<UInt64>

    init(seed: UInt64 = 7) { state = Guarded(seed) }

    func next() -> UInt64 {
        state.withLock { state in
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }
}

extension JSONValue? {
    /// No value, or null.
    var isMissing: Bool {
        switch self {
        case .none, .some(.null): true
        default: false
        }
    }
}
