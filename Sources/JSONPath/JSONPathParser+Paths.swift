import JSON

// Paths: fields, brackets, descent.
extension JSONPathParser {
    /// The whole text is one path, whose first dot may be missing.
    mutating func parseWholePath() throws(JSONPathError) -> [JSONPathStep] {
        guard peek() != nil else { throw fault("the path is empty") }
        var steps: [JSONPathStep] = []
        if let next = peek(), !JSONPathParser.isTerminator(next) || next == "\\" { steps.append(try parseField()) }
        steps += try parsePath(isContinued: !steps.isEmpty)
        if let next = peek() { throw fault("unexpected \"\(next)\" in a path") }
        return steps
    }

    /// `.a[0]`, `@.a`, `$..b`; `@`, `$` and `.` alone are the value itself.
    ///
    /// - Parameter isContinued: steps stand before these already, so that there may be none.
    mutating func parsePath(isContinued: Bool = false) throws(JSONPathError) -> [JSONPathStep] {
        let began = position
        // Both mean the value at hand, in kubectl too; inside a range that is the item.
        let isAnchored = take("@") || take("$")
        if !isAnchored, !isContinued, peek() == ".", isEndOfPath(peek(1)) {
            advance()
            return []
        }
        var steps: [JSONPathStep] = []
        while let next = peek() {
            if next == "[" {
                steps += try parseBracket()
            } else if next == "." {
                advance()
                if take(".") {
                    if steps.last == .descendants { throw fault("\"..\" twice in a row") }
                    steps.append(.descendants)
                    if peek() == "." { throw fault("\"..\" is followed by a name or a bracket, without a dot") }
                    if isEndOfPath(peek()) || peek() == "[" { continue }
                }
                steps.append(try parseField())
            } else {
                break
            }
        }
        guard !steps.isEmpty || isAnchored || isContinued else {
            let found = peek().map { "\"\($0)\"" } ?? "the end"
            throw fault(
                "a path was expected, which begins with \".\", \"[\", \"@\" or \"$\", and not \(found)", at: began)
        }
        return steps
    }

    private func isEndOfPath(_ scalar: Unicode.Scalar?) -> Bool {
        guard let scalar else { return true }
        return scalar == "}" || scalar == ")" || scalar == " " || scalar == "\t"
    }

    /// A name after a dot; `\.` is a dot in a name.
    private mutating func parseField() throws(JSONPathError) -> JSONPathStep {
        let began = position
        var name = String.UnicodeScalarView()
        var isEscaped = false
        while let next = peek() {
            if next == "\\" {
                guard let escaped = peek(1) else { throw fault("a backslash at the end escapes nothing") }
                name.append(escaped)
                advance(2)
                isEscaped = true
            } else if JSONPathParser.isTerminator(next) {
                break
            } else {
                name.append(next)
                advance()
            }
        }
        guard !name.isEmpty else { throw fault("a name is missing after the dot", at: began) }
        return String(name) == "*" && !isEscaped ? .wildcard : .field(String(name))
    }

    private static func isTerminator(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case ".", ",", "[", "]", "$", "@", "{", "}", "(", ")", "=", "!", "<", ">", "\"", "'", " ", "\t", "\n", "\r":
            true
        default: false
        }
    }

    // MARK: - Brackets

    private mutating func parseBracket() throws(JSONPathError) -> [JSONPathStep] {
        let began = position
        advance()
        skipSpaces()
        if peek() == "?" { return [.filter(try parseFilter(began))] }
        var paths: [[JSONPathStep]] = []
        repeat {
            skipSpaces()
            paths.append(try parseElement(began))
            skipSpaces()
        } while take(",")
        guard take("]") else {
            guard let next = peek() else { throw fault("\"[\" has no \"]\"", at: began) }
            throw fault("unexpected \"\(next)\" in brackets; a number, a slice, * or a 'name' was expected")
        }
        return paths.count == 1 ? paths[0] : [.union(paths)]
    }

    /// `*`, `-1`, `1:3`, or `'name'`, in which dots lead on as they do outside.
    private mutating func parseElement(_ began: Int) throws(JSONPathError) -> [JSONPathStep] {
        if take("*") { return [.slice(JSONPathSlice())] }
        if take("'") {
            let place = position
            let name = text(while: { $0 != "'" })
            guard take("'") else { throw fault("a name in brackets has no closing quote", at: place) }
            var parser = try part(name, at: place)
            return try parser.nested { parser throws(JSONPathError) in try parser.parseWholePath() }
        }
        let first = try parseInteger()
        guard peek() == ":" else {
            guard let first else {
                throw fault("[\(peek().map { String($0) } ?? "") is no number, slice, * or 'name'", at: began)
            }
            return [.index(first)]
        }
        advance()
        var slice = JSONPathSlice(start: first, end: try parseInteger())
        if take(":") {
            slice.step = try parseInteger()
            if let step = slice.step, step < 1 { throw fault("the step of a slice must be 1 or more, not \(step)") }
        }
        return [.slice(slice)]
    }

    private mutating func parseInteger() throws(JSONPathError) -> Int? {
        let began = position
        let sign = take("-") ? "-" : ""
        let digits = text(while: { ("0"..."9").contains($0) })
        if sign.isEmpty && digits.isEmpty { return nil }
        guard let value = Int32(sign + digits) else { throw fault("\(sign)\(digits) is no index", at: began) }
        return Int(value)
    }
}
