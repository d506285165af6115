import RequestSyntax

/// A request target. Paths and queries are split by their bytes, and what is read can be written and read again.
func checkURL(_ input: [UInt8]) {
    guard let uri = String(validating: input, as: UTF8.self) else { return }
    checkPercentDecoding(uri)
    guard let info = try? RequestInfo(uri: uri) else { return }
    let halves = input.split(separator: UInt8(ascii: "?"), maxSplits: 1, omittingEmptySubsequences: false)
    let segments = (halves.first ?? []).split(separator: UInt8(ascii: "/")).map {
        decoded($0, plusIsSpace: false)
    }
    switch info.target {
    case .path(let read): require(read.map { Array($0.utf8) } == segments, "the path is split by its bytes")
    case .resource(let path):
        let read = spelled(path)
        require(read.map { Array($0.utf8) } == segments, "the resource is the path: \(read)")
        let again = try? RequestInfo(uri: read.map { "/" + encoded($0) }.joined())
        require(again?.target == info.target, "the resource reads back from its own path")
    }
    checkQuery(info.query, halves.count == 2 ? halves[1] : [])
}

private func checkQuery(_ query: RequestQuery, _ text: ArraySlice<UInt8>) {
    var values: [[UInt8]: [[UInt8]]] = [:]
    for part in text.split(separator: UInt8(ascii: "&")) {
        let halves = part.split(separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false)
        let value = halves.count == 2 ? decoded(halves[1], plusIsSpace: true) : []
        values[decoded(halves[0], plusIsSpace: true), default: []].append(value)
    }
    for (bytes, expected) in values {
        let name = String(decoding: bytes, as: UTF8.self)
        require(query.all(name).map { Array($0.utf8) } == expected, "the parameter \(name) has its values")
        require(query[name].map { Array($0.utf8) } == expected.first, "the first value counts")
        require(query.flag(name) != nil, "a parameter that is there is a flag")
        if let count = try? query.count(name) { require(count >= 0, "a count is not negative") }
    }
}

private func checkPercentDecoding(_ text: String) {
    for plusIsSpace in [false, true] {
        let again = encoded(text).percentDecoded(plusIsSpace: plusIsSpace)
        require(again.map { Array($0.utf8) } == Array(text.utf8), "what is encoded decodes to the same")
    }
}

private func spelled(_ path: RequestInfo.ResourcePath) -> [String] {
    (path.group.isEmpty ? ["api"] : ["apis", path.group]) + [path.version]
        + (path.namespace.map { ["namespaces", $0] } ?? []) + [path.resource]
        + [path.name, path.subresource].compactMap { $0 }
}

/// A second reading of RFC 3986, for comparison; the text is known to be correctly encoded.
private func decoded(_ text: ArraySlice<UInt8>, plusIsSpace: Bool) -> [UInt8] {
    var result: [UInt8] = []
    var index = text.startIndex
    while index < text.endIndex {
        if text[index] == UInt8(ascii: "%"), index + 2 < text.endIndex {
            let digits = String(decoding: text[(index + 1)...(index + 2)], as: UTF8.self)
            result.append(UInt8(digits, radix: 16) ?? 0)
            index += 3
        } else {
            result.append(plusIsSpace && text[index] == UInt8(ascii: "+") ? UInt8(ascii: " ") : text[index])
            index += 1
        }
    }
    return result
}

private func encoded(_ text: String) -> String {
    text.utf8.map { byte in
        let digits = String(byte, radix: 16)
        return digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
    }.joined()
}
