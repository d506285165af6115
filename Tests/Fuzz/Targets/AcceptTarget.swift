import RequestSyntax

/// An Accept header: no range is made up, and none that was refused comes back.
func checkAccept(_ input: [UInt8]) {
    guard let header = String(validating: input, as: UTF8.self) else { return }
    let ranges = MediaRange.list(header)
    require(ranges.count <= input.count(where: { $0 == UInt8(ascii: ",") }) + 1, "there is a range an entry at most")
    for range in ranges {
        require(!range.type.isEmpty && !range.type.utf8.contains(UInt8(ascii: ",")), "a range has a type")
        require((Double(range["q"] ?? "1") ?? 1) > 0, "what has no weight is left out")
    }
    for (first, second) in zip(ranges, ranges.dropFirst()) {
        require(weight(first) >= weight(second), "the most wanted come first")
    }
}

private func weight(_ range: MediaRange) -> Double { Double(range["q"] ?? "1") ?? 1 }
