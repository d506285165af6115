/// Kubernetes' int-or-string: a count, or a percentage written as `"25%"` (or, for ports, a name).
public enum IntOrString: Sendable, Hashable {
    case int(Int)
    case string(String)

    public enum Rounding: Sendable { case up, down }

    /// The count, or the percentage of `total`; nil when the string is no percentage.
    public func resolved(of total: Int, rounding: Rounding) -> Int? {
        switch self {
        case .int(let value): return value
        case .string(let text):
            guard text.hasSuffix("%"), let percent = Int(text.dropLast()), percent >= 0 else { return nil }
            let hundredths = total * percent
            return rounding == .up ? (hundredths + 99) / 100 : hundredths / 100
        }
    }
}
