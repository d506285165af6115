/// The text format of Prometheus, version 0.0.4.
struct MetricText {
    struct Label: Sendable {
        let name: String
        let value: String
    }

    static let contentType = "text/plain; version=0.0.4; charset=utf-8"

    private(set) var string = ""

    mutating func begin(_ head: MetricHead) {
        let help = head.help.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
        string += "# HELP \(head.name) \(help)\n# TYPE \(head.name) \(head.kind.rawValue)\n"
    }

    mutating func line(_ name: String, _ labels: [Label], _ value: Double) {
        string += name
        if !labels.isEmpty {
            string += "{" + labels.map { "\($0.name)=\"\(MetricText.escaped($0.value))\"" }.joined(separator: ",") + "}"
        }
        string += " " + MetricText.number(value) + "\n"
    }

    private static func escaped(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
    }

    /// Whole numbers without a fraction.
    static func number(_ value: Double) -> String {
        if let whole = Int64(exactly: value) { return String(whole) }
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
        return "\(value)"
    }
}

extension MetricRegistry {
    /// The media type of `text()`.
    public static let contentType = MetricText.contentType
}
