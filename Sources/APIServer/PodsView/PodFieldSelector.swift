import JSON
import ResourceAPI

/// A field selector of a request for Pods: terms on metadata are the stored Instances' own; the others are compared with
/// the Pod.
struct PodFieldSelector: Sendable {
    private struct Term: Sendable {
        let path: [String]
        let value: String
        let isEqual: Bool
    }

    private static let paths = [
        "status.phase", "spec.nodeName", "spec.restartPolicy", "status.podIP", "spec.serviceAccountName",
    ]

    /// For the Instances; nil: nothing is left for them.
    let stored: String?
    private let terms: [Term]

    init(_ selector: String?) {
        var stored: [Substring] = []
        var terms: [Term] = []
        for part in (selector ?? "").split(separator: ",") {
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = String(halves[0].hasSuffix("!") ? halves[0].dropLast() : halves[0])
            guard halves.count == 2, PodFieldSelector.paths.contains(name) else {
                stored.append(part)
                continue
            }
            let value = halves[1].hasPrefix("=") ? halves[1].dropFirst() : halves[1]
            terms.append(
                Term(
                    path: name.split(separator: ".").map(String.init), value: String(value),
                    isEqual: !halves[0].hasSuffix("!")))
        }
        self.stored = stored.isEmpty ? nil : stored.joined(separator: ",")
        self.terms = terms
    }

    func matches(_ pod: JSONValue) -> Bool {
        terms.allSatisfy { ((pod[path: $0.path]?.stringValue ?? "") == $0.value) == $0.isEqual }
    }
}
