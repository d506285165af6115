import OpenAPI
import Testing

/// What immd asked of the Kubernetes API, from its own metric.
struct RequestReport: Sendable {
    struct Line: Sendable, Hashable {
        let verb: String
        let group: String
        let resource: String
        let code: Int
        let count: Int

        var name: String { group.isEmpty ? resource : "\(resource).\(group)" }
    }

    let lines: [Line]
    let unboundedLists: Int

    init(metrics: String) {
        func series(_ name: String) -> [(labels: [String: String], value: Int)] {
            metrics.split(separator: "\n").filter { $0.hasPrefix(name + "{") }.map { line in
                let inner = line.dropFirst(name.count + 1).prefix { $0 != "}" }
                let pairs = inner.split(separator: ",").map { $0.split(separator: "=", maxSplits: 1) }
                let labels = Dictionary(
                    pairs.map { (String($0[0]), $0.count > 1 ? $0[1].filter { $0 != "\"" } : "") },
                    uniquingKeysWith: { first, _ in first })
                return (labels, Int(Double(line.split(separator: " ").last ?? "0") ?? 0))
            }
        }
        lines = series("imm_kubernetes_requests_total").map { labels, value in
            Line(
                verb: labels["verb"] ?? "", group: labels["group"] ?? "", resource: labels["resource"] ?? "",
                code: Int(labels["code"] ?? "") ?? 0, count: value)
        }
        unboundedLists =
            metrics.split(separator: "\n").first { $0.hasPrefix("imm_kubernetes_unbounded_lists_total ") }
            .flatMap { $0.split(separator: " ").last.flatMap { Double($0) } }.map { Int($0) } ?? 0
    }

    /// Those besides watches and the Lease.
    var others: Int {
        lines.filter { $0.verb != "watch" && $0.resource != "leases" }.reduce(0) { $0 + $1.count }
    }

    /// Prints them by resource and verb, and checks that the rules grant each.
    func check(_ what: String, sourceLocation: SourceLocation = #_sourceLocation) {
        var byName: [String: [String: Int]] = [:]
        for line in lines { byName[line.name, default: [:]][line.verb, default: 0] += line.count }
        print("requests of immd, \(what):")
        for (name, verbs) in byName.sorted(by: { $0.key < $1.key }) {
            print(
                "  \(name): " + verbs.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
            )
        }
        // What every known caller may read: discovery and schemas.
        for line in lines where line.resource != "/" {
            let isGranted = ClusterRules.all.contains {
                $0.allows(line.verb, group: line.group, resource: line.resource)
            }
            #expect(isGranted, "\(line.verb) \(line.name) is granted by no rule", sourceLocation: sourceLocation)
            #expect(line.code != 403, "\(line.verb) \(line.name) was refused", sourceLocation: sourceLocation)
        }
        #expect(lines.contains { $0.verb == "watch" }, "nothing was counted", sourceLocation: sourceLocation)
        #expect(unboundedLists == 0, sourceLocation: sourceLocation)
    }
}
