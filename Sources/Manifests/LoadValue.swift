public import JSON

/// Reads one value of any type, in JSON or in YAML as manifests are written: a patch, for example.
///
/// - Parameter name: of the text, for diagnostics.
/// - Returns: the value, or nil and what is wrong. A text with several documents, or with none, is wrong.
public func loadValue(
    name: String, bytes: [UInt8], limits: ManifestLimits = .default
) -> (value: JSONValue?, diagnostics: [Diagnostic]) {
    var diagnostics = DiagnosticCollector(limit: limits.maximumDiagnostics)
    let json = JSONLimits(maximumDepth: limits.maximumDepth, maximumBytes: limits.maximumInputBytes)
    if let value = try? JSONValue(parsing: bytes, limits: json) { return (value, []) }
    return bytes.withUnsafeBufferPointer { text in
        if let fault = TextCheck.binaryFault(in: text) ?? TextCheck.controlFault(in: text) {
            diagnostics.add(Diagnostic(file: name, position: fault.position, message: fault.message, hint: fault.hint))
            return (JSONValue?.none, diagnostics.sorted())
        }
        let yaml = YAMLText(bytes: text)
        var composer = YAMLComposer(yaml, file: name, limits: limits, diagnostics: diagnostics)
        let documents = composer.composeAll(yaml)
        diagnostics = composer.diagnostics
        if diagnostics.diagnostics.isEmpty, documents.count != 1 {
            diagnostics.add(
                Diagnostic(
                    file: name, position: .whole, message: "one document was expected, and there are \(documents.count)"
                ))
        }
        let faults = diagnostics.sorted()
        return (faults.isEmpty ? documents.first?.value : JSONValue?.none, faults)
    }
}
