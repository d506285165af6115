import InfraAPI

/// Reads the text form of a label selector (Kubernetes' grammar: `labels.Parse`).
struct LabelSelectorParser {
    private enum Token: Equatable {
        case word(String)
        case symbol(String)
        case end

        var text: String {
            switch self {
            case .word(let text), .symbol(let text): text
            case .end: ""
            }
        }
    }

    private let source: String
    private var tokens: [Token]
    private var position = 0

    init(_ source: String) {
        self.source = source
        tokens = LabelSelectorParser.tokens(of: source)
    }

    mutating func parse() throws(APIStatus) -> [LabelSelector.Requirement] {
        guard current != .end else { return [] }
        var requirements = [try requirement()]
        while current != .end {
            guard take(",") else { throw failure("found '\(current.text)', expected: ',' or 'end of string'") }
            requirements.append(try requirement())
        }
        return requirements
    }

    private var current: Token { tokens[position] }

    private mutating func take(_ symbol: String) -> Bool {
        guard current == .symbol(symbol) else { return false }
        position += 1
        return true
    }

    private mutating func requirement() throws(APIStatus) -> LabelSelector.Requirement {
        if take("!") { return .absent(try key()) }
        let key = try key()
        switch current {
        case .end, .symbol(","): return .exists(key)
        case .symbol("="), .symbol("=="):
            position += 1
            return .oneOf(key, [try value()])
        case .symbol("!="):
            position += 1
            return .noneOf(key, [try value()])
        case .symbol(">"):
            position += 1
            return .greaterThan(key, try bound())
        case .symbol("<"):
            position += 1
            return .lessThan(key, try bound())
        case .word("in"):
            position += 1
            return .oneOf(key, try values())
        case .word("notin"):
            position += 1
            return .noneOf(key, try values())
        default: throw failure("found '\(current.text)', expected: in, notin, =, ==, !=, gt, lt")
        }
    }

    private mutating func key() throws(APIStatus) -> String {
        guard case .word(let text) = current else { throw failure("found '\(current.text)', expected: identifier") }
        guard StringFormat.labelKey.matches(text) else {
            throw failure("key: Invalid value: \"\(text)\": \(StringFormat.labelKey.rule)")
        }
        position += 1
        return text
    }

    /// A value after an operator; nothing there is the empty value, as in `a=,b`.
    private mutating func value() throws(APIStatus) -> String {
        switch current {
        case .end, .symbol(","): return ""
        case .word(let text):
            position += 1
            return try checked(text)
        default: throw failure("found '\(current.text)', expected: identifier")
        }
    }

    private mutating func bound() throws(APIStatus) -> Int64 {
        let text = try value()
        guard let number = Int64(text) else {
            throw failure("values: Invalid value: \"\(text)\": for 'Gt', 'Lt' operators, the value must be an integer")
        }
        return number
    }

    private mutating func values() throws(APIStatus) -> [String] {
        guard take("(") else { throw failure("found '\(current.text)', expected: '('") }
        var values: [String] = []
        while true {
            switch current {
            case .word(let text):
                position += 1
                values.append(try checked(text))
            case .symbol(","), .symbol(")"): values.append("")
            default: throw failure("found '\(current.text)', expected: ',', ')' or identifier")
            }
            if take(")") { return values }
            guard take(",") else { throw failure("found '\(current.text)', expected: ',' or ')'") }
        }
    }

    private func checked(_ value: String) throws(APIStatus) -> String {
        guard value.utf8.count <= 63, StringFormat.labelValue.matches(value) else {
            throw failure("values: Invalid value: \"\(value)\": \(StringFormat.labelValue.rule)")
        }
        return value
    }

    private func failure(_ reason: String) -> APIStatus {
        .badRequest("unable to parse requirement: \(reason) (in the label selector \"\(source)\")")
    }

    private static func tokens(of text: String) -> [Token] {
        var tokens: [Token] = []
        var word = ""
        func flush() {
            if !word.isEmpty { tokens.append(.word(word)) }
            word = ""
        }
        // Not by characters: a carriage return and a line feed are one, and so is a comma with a combining mark.
        var rest = Substring(text).unicodeScalars
        while let scalar = rest.popFirst() {
            if scalar == "=" || scalar == "!", rest.first == "=" {
                rest.removeFirst()
                flush()
                tokens.append(.symbol("\(scalar)="))
                continue
            }
            switch scalar {
            case " ", "\t", "\n", "\r": flush()
            case "(", ")", ",", "!", "=", "<", ">":
                flush()
                tokens.append(.symbol(String(scalar)))
            default: word.unicodeScalars.append(scalar)
            }
        }
        flush()
        return tokens + [.end]
    }
}
