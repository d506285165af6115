import JSON

/// The `status` of a SelfSubjectRulesReview, a line for each resource and path, as `kubectl auth can-i --list` has it.
struct RightsTable {
    private let status: JSONValue

    init(_ status: JSONValue) { self.status = status }

    func lines() -> [String] {
        var table = TextTable("Resources", "Non-Resource URLs", "Resource Names", "Verbs")
        var verbs: [String: [String]] = [:]
        var names: [String: [String]] = [:]
        for rule in status["resourceRules"]?.arrayValue ?? [] {
            for group in RightsTable.words(rule["apiGroups"]) {
                for resource in RightsTable.words(rule["resources"]) {
                    let qualified = group.isEmpty ? resource : "\(resource).\(group)"
                    verbs[qualified, default: []] += RightsTable.words(rule["verbs"])
                    names[qualified, default: []] += RightsTable.words(rule["resourceNames"])
                }
            }
        }
        for (resource, all) in verbs.sorted(by: { $0.key < $1.key }) {
            table.rows.append([resource, "[]", RightsTable.list(names[resource] ?? []), RightsTable.list(all)])
        }
        for rule in status["nonResourceRules"]?.arrayValue ?? [] {
            for path in RightsTable.words(rule["nonResourceURLs"]).sorted() {
                table.rows.append(["", "[\(path)]", "[]", RightsTable.list(RightsTable.words(rule["verbs"]))])
            }
        }
        return table.lines()
    }

    private static func words(_ value: JSONValue?) -> [String] {
        (value?.arrayValue ?? []).compactMap { $0.stringValue?.singleLine }
    }

    /// Each once, in their order.
    private static func list(_ words: [String]) -> String {
        var seen: Set<String> = []
        return "[\(words.filter { seen.insert($0).inserted }.joined(separator: " "))]"
    }
}
