import InfraAPI
@testable import ResourceAPI

/// Input: the kind, and a field selector for it. What is read reads back from its own text as the same selector.
func checkFieldSelector(_ input: [UInt8]) {
    let parts = InputParts.split(input, into: 2)
    guard let text = String(validating: parts[1], as: UTF8.self) else { return }
    let kind = String(decoding: parts[0], as: UTF8.self)
    let type = ResourceTypes.all.first { $0.kind == kind } ?? Instance.resourceType
    guard let selector = try? FieldSelector(parsing: text, for: type) else { return }
    let printed = selector.terms.map { term in
        "\(term.path.joined(separator: "."))\(term.isEqual ? "=" : "!=")\(escaped(term.value))"
    }.joined(separator: ",")
    let again = try? FieldSelector(parsing: printed, for: type)
    require(again == selector, "the selector reads back from \(printed)")
    for (term, same) in zip(selector.terms, again?.terms ?? []) {
        require(Array(term.value.utf8) == Array(same.value.utf8), "values are compared by their bytes")
    }
}

private func escaped(_ value: String) -> String {
    var result = ""
    for scalar in value.unicodeScalars {
        if ["\\", ",", "="].contains(scalar) { result.unicodeScalars.append("\\") }
        result.unicodeScalars.append(scalar)
    }
    return result
}
