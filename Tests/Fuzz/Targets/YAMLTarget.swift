import JSON
import Manifests

/// What loads, loads from its own YAML as the same value.
func checkYAML(_ input: [UInt8]) {
    let (documents, diagnostics) = loadManifests([.text(name: "t.yaml", bytes: input)])
    for diagnostic in diagnostics {
        require(diagnostic.line >= 0 && !diagnostic.message.isEmpty, "a diagnostic has a place and a message")
    }
    if diagnostics.isEmpty {
        for document in documents { checkReading(document.value) }
    }
    let (value, faults) = loadValue(name: "t", bytes: input)
    require((value == nil) == !faults.isEmpty, "there is a value, or something is wrong")
    if let value { checkReading(value) }
}

private func checkReading(_ value: JSONValue) {
    let text = value.yamlString()
    let (again, diagnostics) = loadValue(name: "again", bytes: Array(text.utf8))
    require(diagnostics.isEmpty, "what loads, loads from its own YAML: \(diagnostics)\n\(text)")
    require(again == value, "what loads from its own YAML is the same value:\n\(text)")
}
