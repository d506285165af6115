internal import CLibYAML

/// A node or a boundary in a YAML stream.
struct YAMLEvent {
    enum Kind {
        case streamStart
        case streamEnd
        case documentStart(isImplicit: Bool, hasDirectives: Bool)
        case documentEnd
        case alias(String)
        case scalar(String, isPlain: Bool)
        case sequenceStart
        case sequenceEnd
        case mappingStart
        case mappingEnd
    }

    let kind: Kind
    let position: Position
    /// Scalars before it in the text.
    let offset: Int
    var anchor: String?
    var tag: String?
}

/// Where and why libyaml gave up on a text.
struct YAMLSyntaxError: Error {
    let position: Position
    let message: String
}

/// The events of one YAML text, by libyaml's pull parser.
struct YAMLEvents: ~Copyable {
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let event: UnsafeMutablePointer<yaml_event_t>
    /// The line in the file of the text's first line, counted from 0.
    private let firstLine: Int

    /// - Parameter bytes: UTF-8; must outlive this value.
    init(_ bytes: UnsafeBufferPointer<UInt8>, firstLine: Int) {
        parser = .allocate(capacity: 1)
        event = .allocate(capacity: 1)
        self.firstLine = firstLine
        precondition(yaml_parser_initialize(parser) == 1, "out of memory")
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
    }

    deinit {
        yaml_parser_delete(parser)
        parser.deallocate()
        event.deallocate()
    }

    mutating func next() throws(YAMLSyntaxError) -> YAMLEvent {
        guard yaml_parser_parse(parser, event) == 1 else { throw syntaxError() }
        defer { yaml_event_delete(event) }
        let data = event.pointee.data
        switch event.pointee.type {
        case YAML_DOCUMENT_START_EVENT:
            let start = data.document_start
            let hasDirectives =
                start.version_directive != nil || start.tag_directives.start != start.tag_directives.end
            return make(.documentStart(isImplicit: start.implicit != 0, hasDirectives: hasDirectives))
        case YAML_DOCUMENT_END_EVENT: return make(.documentEnd)
        case YAML_ALIAS_EVENT: return make(.alias(text(data.alias.anchor) ?? ""))
        case YAML_SCALAR_EVENT:
            let scalar = data.scalar
            let value = String(
                decoding: UnsafeBufferPointer(start: scalar.value, count: scalar.length), as: UTF8.self)
            return make(
                .scalar(value, isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE), scalar.anchor, scalar.tag)
        case YAML_SEQUENCE_START_EVENT:
            return make(.sequenceStart, data.sequence_start.anchor, data.sequence_start.tag)
        case YAML_SEQUENCE_END_EVENT: return make(.sequenceEnd)
        case YAML_MAPPING_START_EVENT:
            return make(.mappingStart, data.mapping_start.anchor, data.mapping_start.tag)
        case YAML_MAPPING_END_EVENT: return make(.mappingEnd)
        case YAML_STREAM_START_EVENT: return make(.streamStart)
        default: return make(.streamEnd)
        }
    }

    private func make(
        _ kind: YAMLEvent.Kind, _ anchor: UnsafePointer<yaml_char_t>? = nil, _ tag: UnsafePointer<yaml_char_t>? = nil
    ) -> YAMLEvent {
        YAMLEvent(
            kind: kind, position: position(event.pointee.start_mark), offset: event.pointee.start_mark.index,
            anchor: text(anchor), tag: text(tag))
    }

    private func text(_ pointer: UnsafePointer<yaml_char_t>?) -> String? { pointer.map { String(cString: $0) } }

    private func position(_ mark: yaml_mark_t) -> Position {
        Position(line: firstLine + Int(mark.line) + 1, column: Int(mark.column) + 1)
    }

    private func syntaxError() -> YAMLSyntaxError {
        var message = parser.pointee.problem.map { String(cString: $0) } ?? "out of memory"
        if let context = parser.pointee.context {
            message += " \(String(cString: context))"
            let start = position(parser.pointee.context_mark)
            if start.line != position(parser.pointee.problem_mark).line {
                message += " that begins in line \(start.line)"
            }
        }
        return YAMLSyntaxError(position: position(parser.pointee.problem_mark), message: message)
    }
}
