public import InfraAPI
public import JSON

/// What each write must pass: first the checks that complete the object, in order, then those that judge it.
public struct Admission: Sendable {
    /// Run on every write, before it is known whether anything changes.
    public var completing: [any AdmissionCheck]
    /// Run when something changes.
    public var judging: [any AdmissionCheck]

    public init(completing: [any AdmissionCheck], judging: [any AdmissionCheck]) {
        self.completing = completing
        self.judging = judging
    }

    /// The rules of the API.
    public static let standard = Admission(
        completing: [
            UnknownFieldPruning(), SecretStringData(), LifecycleBeginning(), OverrideAuthors(), SchemaDefaults(),
        ],
        judging: [
            ObjectNames(), SchemaRules(), TerminatingSets(), NamespaceRules(), ProviderRules(), VolumeRules(),
            VolumeClaimRules(),
        ])

    /// What a Kubernetes API server does with kinds that it was taught by CustomResourceDefinitions: structure, defaults and
    /// namespaces, and none of imm's own rules. For tests.
    public static let customResources = Admission(
        completing: [UnknownFieldPruning(), SecretStringData(), SchemaDefaults()],
        judging: [SchemaRules(), NamespaceRules()])

    /// None at all: for stores whose writers have checked already.
    public static let none = Admission(completing: [], judging: [])

    func complete(_ request: inout AdmissionRequest, _ objects: AdmissionReader) async throws(APIStatus) {
        for check in completing { try await check.admit(&request, objects) }
    }

    func judge(_ request: AdmissionRequest, _ objects: AdmissionReader) async throws(APIStatus) {
        var request = request
        for check in judging { try await check.admit(&request, objects) }
    }
}

/// One rule about writes.
public protocol AdmissionCheck: Sendable {
    /// Throws why the write is refused. May complete `request.object`, if it is one of `Admission.completing`.
    func admit(_ request: inout AdmissionRequest, _ objects: AdmissionReader) async throws(APIStatus)
}

/// A write on its way.
public struct AdmissionRequest: Sendable {
    public enum Operation: Sendable, Hashable {
        case create, update, delete
    }

    public let operation: Operation
    public let type: ResourceType
    /// What part is written; nil: all but the status.
    public let subresource: Subresource?
    /// What happens to fields that the schema does not know.
    public let fieldValidation: FieldValidation
    /// Where warnings go; nil: to nobody.
    public let report: WriteReport?
    /// Who asks, where a server knows.
    public let user: String?
    /// The object as it stands; nil for a create.
    public let old: JSONValue?
    /// As it would stand; for a delete as it stands.
    public var object: JSONValue

    public var name: String { object["metadata"]?["name"]?.stringValue ?? "" }
    public var namespace: String { object["metadata"]?["namespace"]?.stringValue ?? "" }
    public var writesStatus: Bool { subresource == .status }

    /// Whether something besides metadata and status changes.
    public var changesContent: Bool { !writesStatus && (old.map { !$0.hasEqualContent(as: object) } ?? true) }
}

extension JSONValue {
    /// Whether two objects are equal but for metadata and status.
    func hasEqualContent(as other: JSONValue) -> Bool {
        guard case .object(let mine) = self, case .object(let theirs) = other else { return self == other }
        func content(_ members: JSONObject) -> [JSONObject.Member] {
            members.members.filter { !["apiVersion", "kind", "metadata", "status"].contains($0.key) }
        }
        return content(mine) == content(theirs)
    }
}
