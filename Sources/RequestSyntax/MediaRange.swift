/// One entry of an Accept or Content-Type header: `application/json;as=Table;v=v1;g=meta.k8s.io` (RFC 9110, 12.5.1).
public struct MediaRange: Sendable, Hashable {
    /// `application/json`, in lower case.
    public let type: String
    private let parameters: [Parameter]

    private struct Parameter: Sendable, Hashable {
        let name: String
        let value: String
    }

    /// nil when there is no type.
    public init?(_ text: some StringProtocol) {
        let parts = text.splitBytes(";").map { $0.trimmingSpaces }
        guard let type = parts.first, !type.isEmpty else { return nil }
        self.type = type.lowercased()
        parameters = parts.dropFirst().map { part in
            let halves = part.splitBytes("=", maxSplits: 1, omittingEmpty: false)
            let value = halves.count == 2 ? halves[1].trimmingSpaces : ""
            return Parameter(
                name: halves[0].trimmingSpaces.lowercased(),
                value: value.hasPrefix("\"") && value.hasSuffix("\"") && value.count > 1
                    ? String(value.dropFirst().dropLast()) : value)
        }
    }

    public subscript(_ name: String) -> String? { parameters.first { $0.name == name }?.value }

    public var acceptsJSON: Bool { ["application/json", "application/*", "*/*"].contains(type) }

    /// The entries of a header, the most wanted first; those with `q=0` are left out.
    public static func list(_ header: String) -> [MediaRange] {
        let ranges = header.splitBytes(",").compactMap { MediaRange($0) }
        let weighted = ranges.map { (range: $0, weight: Double($0["q"] ?? "1") ?? 1) }.filter { $0.weight > 0 }
        // The sort is stable, and equal weights keep the client's order.
        return weighted.sorted { $0.weight > $1.weight }.map(\.range)
    }
}

extension StringProtocol {
    /// Without the spaces and tabs around it.
    public var trimmingSpaces: String {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
        var rest = Substring(self).utf8.drop(while: isBlank)
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return String(decoding: rest, as: UTF8.self)
    }
}
