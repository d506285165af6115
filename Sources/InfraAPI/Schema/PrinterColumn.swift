public import JSON

/// A column of a kind's table, after Name (which every table has first).
public struct PrinterColumn: Sendable, Hashable {
    public enum ValueType: String, Sendable, Hashable, CaseIterable {
        case string, integer, boolean
        /// A time of RFC 3339, printed as the age since then.
        case date
    }

    /// Where the cell's value comes from.
    public enum Source: Sendable, Hashable {
        case path(ObjectPath)
        /// The first of the paths that leads to a value.
        case first([ObjectPath])
        /// Number of members or items.
        case count(ObjectPath)
        /// The strings at the paths with `separator` between.
        case joined([ObjectPath], separator: String)
    }

    public let name: String
    public let type: ValueType
    public let source: Source
    /// 0: always printed; above: with `-o wide`.
    public let priority: Int
    public let description: String

    public init(
        _ name: String, _ type: ValueType, _ source: Source, isWide: Bool = false, _ description: String
    ) {
        self.name = name
        self.type = type
        self.source = source
        self.priority = isWide ? 1 : 0
        self.description = description
    }

    /// The raw value for `object`; nil prints as `<none>`. Dates are not turned into ages here: that needs the clock.
    public func cell(of object: JSONValue) -> JSONValue? {
        switch source {
        case .path(let path): return path.value(in: object)
        case .first(let paths):
            for path in paths {
                if let value = path.value(in: object) { return value }
            }
            return JSONValue?.none
        case .count(let path):
            switch path.value(in: object) {
            case .array(let items): return .int(Int64(items.count))
            case .object(let members): return .int(Int64(members.count))
            default: return .int(0)
            }
        case .joined(let paths, let separator):
            let texts = paths.compactMap { $0.value(in: object)?.stringValue }
            guard !texts.isEmpty else { return JSONValue?.none }
            return .string(texts.joined(separator: separator))
        }
    }
}

extension PrinterColumn {
    /// Time since the object was made.
    public static let age = PrinterColumn(
        "Age", .date, .path(ObjectPath("metadata", "creationTimestamp")), "Time since the object was made.")

    /// Short form for a value at a path of plain names.
    static func column(
        _ name: String, _ type: ValueType, _ path: [String], isWide: Bool = false, _ description: String
    ) -> PrinterColumn {
        PrinterColumn(
            name, type, .path(ObjectPath(path.map { .field($0) })), isWide: isWide, description)
    }

    static func column(
        _ name: String, _ path: [String], isWide: Bool = false, _ description: String
    ) -> PrinterColumn {
        column(name, .string, path, isWide: isWide, description)
    }

    /// Status of a condition.
    static func condition(
        _ name: String, type: String, member: String = "status", isWide: Bool = false, _ description: String
    ) -> PrinterColumn {
        let path = ObjectPath([
            .field("status"), .field("conditions"), .firstItem(name: "type", value: type), .field(member),
        ])
        return PrinterColumn(name, .string, .path(path), isWide: isWide, description)
    }
}
