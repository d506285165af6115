import InfraAPI
import JSON
import ObjectStore

/// One time that one process was chosen to act, as a Lease has it: holder and number of the term.
///
/// A write that carries a term is made only while the Lease still says so; both are decided in one transaction of the store. So
/// nothing that a process wrote after its term was over is ever stored, whatever its clock says.
public struct LeaderTerm: Sendable, Hashable, CustomStringConvertible {
    /// The request header that carries a term. Servers that do not know it (Kubernetes) pass it over.
    public static let header = "Imm-Leader-Term"
    /// The cause's reason in the Status of a write whose term is over.
    public static let overReason = "LeaderTermOver"

    /// Of the Lease.
    public let namespace: String
    public let name: String
    /// Its `spec.holderIdentity`.
    public let holder: String
    /// Its `spec.leaseTransitions`, which grows with each term.
    public let number: Int

    public init(namespace: String, name: String, holder: String, number: Int) {
        self.namespace = namespace
        self.name = name
        self.holder = holder
        self.number = number
    }

    /// From the value of the header; nil unless it is `NAMESPACE/NAME NUMBER HOLDER`.
    public init?(header value: String) {
        let parts = value.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let number = Int(parts[1]), number >= 0, !parts[2].isEmpty else { return nil }
        let key = parts[0].split(separator: "/", omittingEmptySubsequences: false)
        guard key.count == 2, key.allSatisfy({ !$0.isEmpty }) else { return nil }
        self.init(namespace: String(key[0]), name: String(key[1]), holder: String(parts[2]), number: number)
    }

    /// The value of the header.
    public var headerValue: String { "\(namespace)/\(name) \(number) \(holder)" }

    public var description: String { "term \(number) of \(holder)" }

    var condition: StoreCondition {
        StoreCondition(
            ObjectKey(resource: Lease.resourceType.key, namespace: namespace, name: name),
            members: [
                StoreCondition.Member(["spec", "leaseTransitions"], .int(Int64(number))),
                StoreCondition.Member(["spec", "holderIdentity"], .string(holder)),
            ])
    }
}

extension LeaderTerm? {
    var conditions: [StoreCondition] { map { [$0.condition] } ?? [] }
}

extension APIStatus {
    static func over(_ term: LeaderTerm) -> APIStatus {
        let message = "\(term) was not renewed in time"
        return APIStatus(
            code: 409, reason: .conflict, message: "Operation cannot be fulfilled: \(message)",
            causes: [Cause(reason: LeaderTerm.overReason, message: message, field: "")])
    }

    /// The write was made in a term that is over: whoever made it leads no more.
    public var isTermOver: Bool { code == 409 && causes.contains { $0.reason == LeaderTerm.overReason } }
}
