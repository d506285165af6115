import Ambient
import InfraAPI
import JSON
import ObjectStore
import ResourceAPI
import SampleKinds
import Testing

/// Parses a literal of a test.
func json(_ text: String) throws -> JSONValue { try JSONValue(parsing: text) }

/// One request of a scenario; `spec` is JSON.
enum Step: Sendable {
    case apply(String, String)
    case force(String, String)
    /// The apply is refused, with these conflicts as `manager path`.
    case conflict(String, String, [String])
    /// PUT of the whole object.
    case update(String, String)
    case patch(String, String)
}

/// Requests, and what must stand there then.
struct Scenario: Sendable, CustomTestStringConvertible {
    let name: String
    let steps: [Step]
    /// `spec` at the end, without the fields that only have their default.
    let spec: String
    /// FieldsV1 below `f:spec`, by manager.
    let owners: [String: String]

    init(_ name: String, _ steps: [Step], spec: String, owners: [String: String]) {
        self.name = name
        self.steps = steps
        self.spec = spec
        self.owners = owners
    }

    var testDescription: String { name }
}

struct ApplyFixture {
    let clock = TestClock()
    let store: MemoryObjectStore
    let client: LocalResourceClient
    static let reference = ObjectReference(Thing.type, name: "t")

    init() {
        let surroundings = Surroundings(time: clock, randomness: TestRandomness())
        store = MemoryObjectStore(surroundings: surroundings)
        client = LocalResourceClient(
            store: store, surroundings: surroundings, types: [Thing.type, Namespace.resourceType])
    }

    static func body(_ spec: JSONValue) -> JSONValue {
        ["apiVersion": "test.dev/v1", "kind": "Thing", "metadata": ["name": "t"], "spec": spec]
    }

    func apply(_ manager: String, _ spec: String, force: Bool = false) async throws -> JSONValue {
        clock.advance(.seconds(10))
        return try await client.apply(
            ApplyFixture.body(json(spec)), WriteOptions(fieldManager: manager, force: force))
    }

    func run(_ step: Step) async throws {
        clock.advance(.seconds(10))
        switch step {
        case .apply(let manager, let spec): _ = try await apply(manager, spec)
        case .force(let manager, let spec): _ = try await apply(manager, spec, force: true)
        case .conflict(let manager, let spec, let expected):
            let before = try await client.get(ApplyFixture.reference)
            let status = try await failure { _ = try await apply(manager, spec) }
            #expect(status.code == 409 && status.reason == .conflict)
            let conflicts = status.causes.map { cause in
                "\(cause.message.split(separator: "\"")[1]) \(cause.field)"
            }
            #expect(conflicts == expected)
            #expect(status.causes.allSatisfy { $0.reason == "FieldManagerConflict" })
            #expect(try await client.get(ApplyFixture.reference) == before)
        case .update(let manager, let spec):
            let body = ApplyFixture.body(try json(spec))
            let options = WriteOptions(fieldManager: manager)
            if try await client.list(Thing.type, in: nil, ListOptions()).items.isEmpty {
                _ = try await client.create(body, options)
            } else {
                _ = try await client.update(body, nil, options)
            }
        case .patch(let manager, let spec):
            _ = try await client.mergePatch(
                ApplyFixture.reference, ["spec": try json(spec)], nil, WriteOptions(fieldManager: manager))
        }
    }

    /// FieldsV1 of the spec by manager.
    static func owners(_ object: JSONValue) -> [String: JSONValue] {
        let entries = object["metadata"]?["managedFields"]?.arrayValue ?? []
        return Dictionary(
            entries.map { ($0["manager"]?.stringValue ?? "", $0["fieldsV1"]?["f:spec"] ?? .null) },
            uniquingKeysWith: { first, _ in first })
    }
}
