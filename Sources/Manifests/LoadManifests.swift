internal import JSON

/// Reads manifests: YAML streams and JSON texts, from files, directories and standard input.
///
/// A YAML file must mean the same to kubectl: plain scalars that YAML 1.1 and 1.2 read as different values, duplicate
/// keys and the like are refused. Empty documents are left out; lists (`kind: List`) are taken apart.
///
/// - Returns: What could be read, in the order of the input, and everything that is wrong with it. Use the documents
///   only when there are no diagnostics.
public func loadManifests(
    _ sources: [ManifestSource], limits: ManifestLimits = .default
) -> (documents: [ManifestDocument], diagnostics: [Diagnostic]) {
    var reader = ManifestReader(limits: limits, diagnostics: DiagnosticCollector(limit: limits.maximumDiagnostics))
    for source in sources { reader.read(source) }
    var loader = ManifestLoader(limits: limits, diagnostics: reader.diagnostics)
    for input in reader.inputs { loader.load(input) }
    return (loader.documents, loader.diagnostics.sorted())
}

/// Turns texts into documents.
private struct ManifestLoader {
    let limits: ManifestLimits
    var diagnostics: DiagnosticCollector
    var documents: [ManifestDocument] = []

    init(limits: ManifestLimits, diagnostics: DiagnosticCollector) {
        self.limits = limits
        self.diagnostics = diagnostics
    }

    mutating func load(_ input: ManifestInput) {
        input.bytes.withUnsafeBufferPointer { bytes in
            let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
            let text = UnsafeBufferPointer(rebasing: bytes.starts(with: mark) ? bytes.dropFirst(3) : bytes[...])
            if let fault = TextCheck.binaryFault(in: text) { return report(fault, input.name) }
            if loadJSON(text, input.name) { return }
            if let fault = TextCheck.controlFault(in: text) { return report(fault, input.name) }
            loadYAML(text, input.name)
        }
    }

    /// Whether the text was read as JSON: it is valid JSON, or claims to be by its name.
    private mutating func loadJSON(_ text: UnsafeBufferPointer<UInt8>, _ file: String) -> Bool {
        let first = text.first { $0 > 0x20 }
        let isNamedJSON = file.hasSuffix(".json")
        guard isNamedJSON || first == UInt8(ascii: "{") || first == UInt8(ascii: "["), first != nil else {
            return false
        }
        do throws(JSONError) {
            let jsonLimits = JSONLimits(maximumDepth: limits.maximumDepth, maximumBytes: limits.maximumInputBytes)
            let value = try JSONValue(parsing: UnsafeRawBufferPointer(text), limits: jsonLimits)
            add(value, JSONPositions.positions(in: text), file, isSmall: isSmall(text.count))
            return true
        } catch {
            guard isNamedJSON else { return false }
            let position = Position(line: error.line, column: error.column)
            diagnostics.add(Diagnostic(file: file, position: position, message: error.message))
            return true
        }
    }

    private mutating func loadYAML(_ bytes: UnsafeBufferPointer<UInt8>, _ file: String) {
        let text = YAMLText(bytes: bytes)
        var composer = YAMLComposer(text, file: file, limits: limits, diagnostics: diagnostics)
        let composed = composer.composeAll(text)
        diagnostics = composer.diagnostics
        for document in composed {
            let isSmall = isSmall(document.length + document.aliasWeight)
            add(document.value, document.positions, file, isSmall: isSmall)
        }
    }

    /// Whether an object from a text of this length is surely within the limit: no character needs more than six
    /// bytes in JSON.
    private func isSmall(_ length: Int) -> Bool { length < limits.maximumObjectBytes / 6 }

    private mutating func add(_ value: JSONValue, _ positions: PositionTree, _ file: String, isSmall: Bool) {
        guard case .object(let members) = value else {
            // Nothing but comments between two `---`.
            if value.isNull { return }
            return report(
                "a manifest must be a mapping with apiVersion, kind and metadata", positions.position, file)
        }
        if let kind = members["kind"]?.stringValue, kind.hasSuffix("List"), let items = members["items"] {
            return addItems(items, positions, file, isSmall: isSmall)
        }
        if !isSmall, value.encoded().count > limits.maximumObjectBytes {
            return report("the object is larger than \(limits.maximumObjectBytes) bytes", positions.position, file)
        }
        documents.append(ManifestDocument(value: value, file: file, positions: positions))
    }

    private mutating func addItems(_ items: JSONValue, _ list: PositionTree, _ file: String, isSmall: Bool) {
        guard case .fields(let fields) = list.children, let field = fields.first(where: { $0.key == "items" }) else {
            return
        }
        guard case .array(let values) = items, case .elements(let trees) = field.value.children else {
            if items.isNull { return }
            return report("items of a List must be a sequence of objects", field.position, file)
        }
        for (value, positions) in zip(values, trees) {
            if value.isNull {
                report("an item of the List is empty", positions.position, file)
            } else {
                add(value, positions, file, isSmall: isSmall)
            }
        }
    }

    private mutating func report(_ message: String, _ position: Position, _ file: String) {
        diagnostics.add(Diagnostic(file: file, position: position, message: message))
    }

    private mutating func report(_ fault: TextCheck.Fault, _ file: String) {
        diagnostics.add(
            Diagnostic(file: file, position: fault.position, message: fault.message, hint: fault.hint))
    }
}
