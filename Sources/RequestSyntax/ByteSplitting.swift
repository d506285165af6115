extension StringProtocol {
    /// Split at every byte `separator` (ASCII), as RFC 3986 and RFC 9110 mean it.
    ///
    /// `split(separator:)` looks for whole characters, and a separator that a combining mark follows is another one.
    func splitBytes(
        _ separator: Unicode.Scalar, maxSplits: Int = .max, omittingEmpty: Bool = true
    ) -> [Substring] {
        let text = Substring(self)
        return text.utf8.split(
            separator: UInt8(ascii: separator), maxSplits: maxSplits, omittingEmptySubsequences: omittingEmpty
        ).map { Substring($0) }
    }
}
