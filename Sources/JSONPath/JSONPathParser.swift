import JSON

/// Reads templates and paths; this file has the template, and what all of it is made of.
struct JSONPathParser {
    private let scalars: [Unicode.Scalar]
    /// Added to the offsets of errors, for a text that is part of another one.
    private let offset: Int
    let limits: JSONPathLimits
    private(set) var position = 0
    /// Ranges, filters and unions that are open.
    private var depth: Int

    init(_ text: String, limits: JSONPathLimits, offset: Int = 0, depth: Int = 0) throws(JSONPathError) {
        scalars = Array(text.unicodeScalars)
        self.limits = limits
        self.offset = offset
        self.depth = depth
        guard scalars.count <= limits.maximumLength else {
            throw .tooLarge("the text has \(scalars.count) characters; \(limits.maximumLength) are allowed")
        }
    }

    // MARK: - The template

    mutating func parseTemplate() throws(JSONPathError) -> [JSONPathPart] {
        let parts = try parseParts(rangeBegan: nil)
        return parts
    }

    /// Parts up to the end of the text, or up to the `{end}` of the range that began at `rangeBegan`.
    private mutating func parseParts(rangeBegan: Int?) throws(JSONPathError) -> [JSONPathPart] {
        var parts: [JSONPathPart] = []
        while let next = peek() {
            guard next == "{" else {
                parts.append(.text(text(while: { $0 != "{" })))
                continue
            }
            let began = position
            advance()
            skipSpaces()
            if takeWord("end") {
                try close("}", "{end}")
                guard rangeBegan != nil else { throw fault("{end} without {range}", at: began) }
                return parts
            }
            parts.append(try parseAction(began))
        }
        if let rangeBegan { throw fault("{range} has no {end}", at: rangeBegan) }
        return parts
    }

    /// What stands in braces, after the opening one.
    private mutating func parseAction(_ began: Int) throws(JSONPathError) -> JSONPathPart {
        if takeWord("range") {
            skipSpaces()
            let steps = try parsePath()
            try close("}", "{range …}")
            return .range(
                steps, try nested { parser throws(JSONPathError) in try parser.parseParts(rangeBegan: began) })
        }
        if peek() == "\"" || peek() == "'" {
            let text = try parseQuoted()
            try close("}", "a quoted text")
            return .text(text)
        }
        let steps = peek() == "}" ? [] : try parsePath()
        try close("}", "a path")
        return .values(steps)
    }

    // MARK: - Small things

    func peek(_ ahead: Int = 0) -> Unicode.Scalar? {
        position + ahead < scalars.count ? scalars[position + ahead] : nil
    }

    mutating func advance(_ count: Int = 1) { position += count }

    mutating func take(_ expected: Unicode.Scalar) -> Bool {
        guard peek() == expected else { return false }
        advance()
        return true
    }

    mutating func skipSpaces() {
        while let next = peek(), next == " " || next == "\t" { advance() }
    }

    mutating func text(while isWanted: (Unicode.Scalar) -> Bool) -> String {
        var text = String.UnicodeScalarView()
        while let next = peek(), isWanted(next) {
            text.append(next)
            advance()
        }
        return String(text)
    }

    /// A word, if it stands here and no longer one does.
    private mutating func takeWord(_ word: String) -> Bool {
        let letters = Array(word.unicodeScalars)
        guard position + letters.count <= scalars.count,
            scalars[position..<position + letters.count].elementsEqual(letters)
        else { return false }
        if let next = peek(letters.count), next.properties.isAlphabetic || next == "_" || next == "-" { return false }
        advance(letters.count)
        return true
    }

    mutating func close(_ closing: Unicode.Scalar, _ what: String) throws(JSONPathError) {
        skipSpaces()
        guard !take(closing) else { return }
        guard let next = peek() else { throw fault("\(what) is not closed: \"\(closing)\" is missing") }
        throw fault("unexpected \"\(next)\" after \(what); \"\(closing)\" was expected")
    }

    func fault(_ message: String, at place: Int? = nil) -> JSONPathError {
        .syntax(offset + (place ?? position), message)
    }

    /// Runs `body` one level deeper.
    mutating func nested<Result>(
        _ body: (inout JSONPathParser) throws(JSONPathError) -> Result
    ) throws(JSONPathError) -> Result {
        depth += 1
        defer { depth -= 1 }
        guard depth <= limits.maximumDepth else {
            throw .tooLarge("more than \(limits.maximumDepth) ranges, filters and unions in one another")
        }
        return try body(&self)
    }

    /// A reader of a part of this text that began at `place`.
    func part(_ text: String, at place: Int) throws(JSONPathError) -> JSONPathParser {
        try JSONPathParser(text, limits: limits, offset: offset + place, depth: depth)
    }
}
