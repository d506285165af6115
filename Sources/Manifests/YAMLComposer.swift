internal import JSON

/// A document of a YAML stream, composed.
struct ComposedDocument {
    let value: JSONValue
    let positions: PositionTree
    /// About what the aliases in it expanded to, in bytes.
    let aliasWeight: Int
    /// The length of its text, in Unicode scalars.
    let length: Int
}

/// Builds values and positions out of the events of one YAML text, document by document, and goes on after faults.
///
/// Faults of meaning (a duplicate key, an ambiguous scalar) leave a stand-in and are all reported; a fault of syntax ends
/// its document, and the next `---` line begins anew.
struct YAMLComposer: ~Copyable {
    let file: String
    let limits: ManifestLimits
    var diagnostics: DiagnosticCollector
    var events: YAMLEvents
    /// The complete anchored nodes of the document so far.
    var anchors: [String: Node] = [:]
    var aliasWeight = 0

    /// A composed node.
    struct Node {
        var value: JSONValue
        var positions: PositionTree
        /// About the size as JSON, with aliases expanded.
        var weight: Int
        /// Mappings and sequences inside one another, itself included.
        var height = 0
    }

    enum Failure: Error {
        case syntax(YAMLSyntaxError)
        /// Reported already; the rest of the document is skipped without being parsed: libyaml takes a time that is
        /// quadratic in the depth of what is too deep.
        case abandoned(line: Int)
    }

    init(_ text: YAMLText, file: String, limits: ManifestLimits, diagnostics: DiagnosticCollector) {
        self.file = file
        self.limits = limits
        self.diagnostics = diagnostics
        events = text.events(from: YAMLText.Start(offset: 0, line: 0))
    }

    mutating func composeAll(_ text: YAMLText) -> [ComposedDocument] {
        var documents: [ComposedDocument] = []
        var start = YAMLText.Start(offset: 0, line: 0)
        while true {
            do throws(Failure) {
                try composeStream(into: &documents)
                return documents
            } catch {
                let line: Int
                switch error {
                case .syntax(let error):
                    diagnostics.add(text.diagnostic(for: error, file: file, after: start))
                    line = error.position.line
                case .abandoned(let place): line = place
                }
                // Each start lies behind the one before: whatever the fault is, the text comes to an end.
                guard !diagnostics.isFull, let next = text.nextDocument(after: start, from: line - 1),
                    next.offset > start.offset
                else { return documents }
                start = next
                events = text.events(from: next)
            }
        }
    }

    private mutating func composeStream(into documents: inout [ComposedDocument]) throws(Failure) {
        while true {
            let event = try next()
            switch event.kind {
            case .streamEnd: return
            case .documentStart(let isImplicit, let hasDirectives):
                if let document = try composeDocument(event, isImplicit, hasDirectives) {
                    documents.append(document)
                }
            default: continue
            }
        }
    }

    private mutating func composeDocument(
        _ start: YAMLEvent, _ isImplicit: Bool, _ hasDirectives: Bool
    ) throws(Failure) -> ComposedDocument? {
        anchors.removeAll()
        aliasWeight = 0
        if hasDirectives {
            report(start.position, "a directive (%) means nothing to kubectl", hint: "remove the line")
        }
        let first = try next()
        if !isImplicit, !hasDirectives, first.position.line == start.position.line,
            first.position.column > start.position.column + 3
        {
            report(
                first.position, "kubectl does not read what stands on the line of '---'",
                hint: "put it on the next line")
        }
        let root = try compose(first, depth: 0)
        let end = try skipDocument()
        return ComposedDocument(
            value: root.value, positions: root.positions, aliasWeight: aliasWeight, length: end - start.offset)
    }

    /// Goes on to the end of the document; its offset.
    private mutating func skipDocument() throws(Failure) -> Int {
        while true {
            let event = try next()
            // After a fault libyaml has no further events: the stream is over, with or without the document's end.
            switch event.kind {
            case .documentEnd, .streamEnd: return event.offset
            default: continue
            }
        }
    }

    mutating func next() throws(Failure) -> YAMLEvent {
        do {
            return try events.next()
        } catch {
            throw .syntax(error)
        }
    }

    mutating func report(_ position: Position, _ message: String, hint: String? = nil) {
        diagnostics.add(Diagnostic(file: file, position: position, message: message, hint: hint))
    }
}
