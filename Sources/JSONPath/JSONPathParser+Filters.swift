import JSON

// Filters and the literals in them.
extension JSONPathParser {
    /// `?(@.a=="b")]`, from the question mark on.
    mutating func parseFilter(_ began: Int) throws(JSONPathError) -> JSONPathFilter {
        advance()
        guard take("(") else { throw fault("a filter is written [?(…)]", at: began) }
        let filter = try nested { parser throws(JSONPathError) in try parser.parseCondition() }
        try close(")", "a filter")
        try close("]", "a filter")
        return filter
    }

    private mutating func parseCondition() throws(JSONPathError) -> JSONPathFilter {
        skipSpaces()
        let left = try parsePath()
        skipSpaces()
        if peek() == ")" { return JSONPathFilter(left: left, right: nil) }
        let place = position
        let signs = text(while: { "=!<>~&|".unicodeScalars.contains($0) })
        guard let comparison = JSONPathFilter.Comparison(rawValue: signs) else {
            if signs.isEmpty {
                throw fault(peek() == nil ? "a filter is not closed: \")\" is missing" : expectedComparison)
            }
            throw fault("\(signs) compares nothing: \(expectedComparison)", at: place)
        }
        skipSpaces()
        return JSONPathFilter(left: left, right: (comparison, try parseOperand()))
    }

    private var expectedComparison: String {
        "a filter compares with ==, !=, <, <=, > or >=; there are no regular expressions, and no && and ||"
    }

    private mutating func parseOperand() throws(JSONPathError) -> JSONPathFilter.Operand {
        switch peek() {
        case "\"", "'": return .literal(.string(try parseQuoted()))
        case ".", "@", "$", "[": return .path(try parsePath())
        default: break
        }
        let place = position
        _ = take("+")
        let word = text(while: { $0.properties.isAlphabetic || "0123456789+-.".unicodeScalars.contains($0) })
        guard let value = try? JSONValue(parsing: word) else {
            throw fault(
                "\(word.isEmpty ? "nothing" : word) to compare with: a number, true, false, null, a \"text\" or a path was "
                    + "expected", at: place)
        }
        return .literal(value)
    }

    /// A text in double or single quotes, with the escapes of JSON and `\'`.
    mutating func parseQuoted() throws(JSONPathError) -> String {
        let began = position
        let quote = peek()
        advance()
        var text = String.UnicodeScalarView()
        while let next = peek() {
            advance()
            if next == quote { return String(text) }
            guard next == "\\" else {
                text.append(next)
                continue
            }
            text.append(try parseEscape())
        }
        throw fault("a text has no closing quote", at: began)
    }

    private mutating func parseEscape() throws(JSONPathError) -> Unicode.Scalar {
        guard let next = peek() else { throw fault("a backslash at the end escapes nothing") }
        let place = position
        advance()
        switch next {
        case "n": return "\n"
        case "t": return "\t"
        case "r": return "\r"
        case "\\", "\"", "'", "/": return next
        case "u":
            var digits = ""
            while digits.utf8.count < 4, let digit = peek(), digit.properties.isASCIIHexDigit {
                digits.unicodeScalars.append(digit)
                advance()
            }
            guard digits.utf8.count == 4, let code = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(code) else {
                throw fault("\\u needs four hexadecimal digits of a character", at: place)
            }
            return scalar
        default: throw fault("\\\(next) is no escape: \\n, \\t, \\r, \\\\, \\\", \\' and \\uXXXX are", at: place)
        }
    }
}
