public import ResourceAPI

/// The parameters of a request, read as Kubernetes' API server reads them: the first of several values counts.
public struct RequestQuery: Sendable, Hashable {
    private let pairs: [Pair]

    private struct Pair: Sendable, Hashable {
        let name: String
        let value: String

        /// By the bytes: names that only look the same are two names.
        func isNamed(_ other: String) -> Bool { name.utf8.elementsEqual(other.utf8) }
    }

    /// - Parameter text: what follows the question mark, without it.
    /// - Throws: 400 for a malformed escape.
    public init(parsing text: Substring) throws(APIStatus) {
        var pairs: [Pair] = []
        for part in text.splitBytes("&") {
            let halves = part.splitBytes("=", maxSplits: 1, omittingEmpty: false)
            guard let name = halves[0].percentDecoded(plusIsSpace: true),
                let value = halves.count == 2 ? halves[1].percentDecoded(plusIsSpace: true) : ""
            else { throw .badRequest("the query parameter \"\(part)\" is not correctly percent-encoded UTF-8") }
            pairs.append(Pair(name: name, value: value))
        }
        self.pairs = pairs
    }

    /// nil when the parameter is missing.
    public subscript(_ name: String) -> String? { pairs.first { $0.isNamed(name) }?.value }

    /// Every value of a parameter that may be repeated.
    public func all(_ name: String) -> [String] { pairs.filter { $0.isNamed(name) }.map(\.value) }

    /// nil when the parameter is missing or empty.
    public func nonEmpty(_ name: String) -> String? {
        guard let value = self[name], !value.isEmpty else { return nil }
        return value
    }

    /// As Kubernetes converts it: `false` and `0` are false, everything else, even nothing, is true.
    public func flag(_ name: String) -> Bool? {
        self[name].map { $0 != "0" && $0.lowercased() != "false" }
    }

    /// - Throws: 400 when the value is no whole number, or negative.
    public func count(_ name: String) throws(APIStatus) -> Int? {
        guard let text = nonEmpty(name) else { return nil }
        guard let value = Int(text), value >= 0 else {
            throw .badRequest("the query parameter \(name) must be a number of at least 0, not \"\(text)\"")
        }
        return value
    }
}
