import InfraAPI
import JSON

/// How an object is, by the conventions of kstatus: `observedGeneration`, and the conditions Ready, Reconciling and Stalled. An
/// object that says none of this is healthy.
enum ObjectHealth: Sendable, Hashable {
    case healthy
    case progressing(String)
    /// It does not go on by itself.
    case stalled(String)
    /// A set whose present content was rejected: the name of the revision, and why.
    case rejected(revision: String, message: String)

    /// Reasons of the condition Ready of a set whose revision failed a gate.
    private static let rejections: Set<String> = ["RolledBack", "Rejected"]

    init(of object: JSONValue, generation: Int, isTerminating: Bool) {
        if isTerminating {
            self = .progressing("it is being deleted")
            return
        }
        let status = object["status"]
        let conditions = status?["conditions"]?.arrayValue ?? []
        func condition(_ type: String) -> JSONValue? { conditions.first { $0["type"]?.stringValue == type } }
        let (ready, stalled) = (condition("Ready"), condition("Stalled"))
        if let observed = status?["observedGeneration"]?.intValue, observed < generation {
            self = .progressing("its newest spec was not looked at yet")
        } else if let seen = ready?["observedGeneration"]?.intValue, seen < generation {
            self = .progressing("its newest spec was not looked at yet")
        } else if ready?["status"]?.stringValue == "True" {
            self =
                condition("Reconciling")?["status"]?.stringValue == "True" ? .progressing(Self.text(ready)) : .healthy
        } else if let ready {
            let reason = ready["reason"]?.stringValue ?? ""
            let isStalled = stalled?["status"]?.stringValue == "True"
            if isStalled, Self.rejections.contains(reason), let revision = status?["updateRevision"]?.stringValue {
                self = .rejected(revision: revision, message: ready["message"]?.stringValue ?? reason)
            } else {
                self = isStalled ? .stalled(Self.text(ready)) : .progressing(Self.text(ready))
            }
        } else if stalled?["status"]?.stringValue == "True" {
            self = .stalled(Self.text(stalled))
        } else {
            self = .healthy
        }
    }

    private static func text(_ condition: JSONValue?) -> String {
        let (reason, message) = (condition?["reason"]?.stringValue ?? "", condition?["message"]?.stringValue ?? "")
        return message.isEmpty ? reason : "\(reason): \(message)"
    }

    /// nil when it is healthy.
    var trouble: String? {
        switch self {
        case .healthy: nil
        case .progressing(let text), .stalled(let text): text
        case .rejected(_, let message): message
        }
    }
}
