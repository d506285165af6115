import JSON
import JSONPath

/// Input: a template and a document. The output is within its limit, and the work too (libFuzzer has a time limit).
func checkJSONPath(_ input: [UInt8]) {
    let parts = InputParts.split(input, into: 2)
    guard let template = String(validating: parts[0], as: UTF8.self) else { return }
    let document = (try? JSONValue(parsing: parts[1])) ?? ["items": [1, ["a": "b"], "c"]]
    var limits = JSONPathLimits()
    limits.maximumVisits = 50_000
    limits.maximumOutputBytes = 64 << 10
    do throws(JSONPathError) {
        let parsed = try JSONPathTemplate(template, limits: limits)
        let output = try parsed.text(for: document)
        require(output.utf8.count <= limits.maximumOutputBytes, "the output is within its limit")
        require(try parsed.text(for: document) == output, "the same template prints the same of the same document")
    } catch {
        if let offset = error.offset {
            require((0...template.unicodeScalars.count).contains(offset), "the error is inside the template: \(offset)")
        }
        require(!error.message.isEmpty, "an error has a message")
    }
    guard let expression = try? JSONPathExpression(template, limits: limits),
        let values = try? expression.values(in: document)
    else { return }
    require(values.count <= limits.maximumVisits, "there are no more values than were looked at")
}
