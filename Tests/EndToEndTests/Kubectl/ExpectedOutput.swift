/// What a transcript says of a command's output.
struct ExpectedOutput: Sendable {
    static let wildcard = "…"
    let lines: [String]

    init(_ lines: [String]) { self.lines = lines }

    /// Whether an output is what was expected; an expectation without lines takes only an empty output.
    func matches(_ output: String) -> Bool {
        var said = output.split(separator: "\n", omittingEmptySubsequences: false).map { $0.evenlySpaced }
        said.removeAll { $0.isEmpty }
        return ExpectedOutput.match(lines.map { $0.evenlySpaced }[...], said[...]) { expected, said in
            ExpectedOutput.line(expected, matches: said)
        }
    }

    static func line(_ expected: String, matches said: String) -> Bool {
        guard expected.contains(wildcard) else { return expected == said }
        return match(Array(expected)[...], Array(said)[...], wildcard: Character(wildcard), ==)
    }

    private static func match(
        _ expected: ArraySlice<String>, _ said: ArraySlice<String>, _ areEqual: (String, String) -> Bool
    ) -> Bool {
        match(expected, said, wildcard: wildcard, areEqual)
    }

    /// Where nothing fits any more, the last wildcard takes one element more.
    private static func match<Element: Equatable>(
        _ expected: ArraySlice<Element>, _ said: ArraySlice<Element>, wildcard: Element,
        _ areEqual: (Element, Element) -> Bool
    ) -> Bool {
        var (here, there) = (expected.startIndex, said.startIndex)
        var lastWildcard: (next: Int, taken: Int)?
        while there < said.endIndex {
            if here < expected.endIndex, expected[here] == wildcard {
                lastWildcard = (here + 1, there)
                here += 1
            } else if here < expected.endIndex, areEqual(expected[here], said[there]) {
                here += 1
                there += 1
            } else if let (next, taken) = lastWildcard {
                lastWildcard = (next, taken + 1)
                (here, there) = (next, taken + 1)
            } else {
                return false
            }
        }
        return expected[here...].allSatisfy { $0 == wildcard }
    }
}

extension StringProtocol {
    /// Without spaces at the end, and with one space wherever several stand behind the indentation.
    fileprivate var evenlySpaced: String {
        let indentation = prefix { $0 == " " }
        let words = dropFirst(indentation.count).split { $0 == " " || $0 == "\t" || $0 == "\r" }
        return words.isEmpty ? "" : indentation + words.joined(separator: " ")
    }
}
