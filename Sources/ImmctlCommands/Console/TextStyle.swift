/// Colours, or none: only a terminal without `NO_COLOR` (no-color.org) gets them.
public enum TextStyle: Sendable, Hashable {
    case plain
    case ansi

    public enum Color: String, Sendable, Hashable {
        case red = "31"
        case green = "32"
        case yellow = "33"
        case cyan = "36"
        case dim = "2"
        case bold = "1"
    }

    /// - Parameters:
    ///   - noColor: value of `NO_COLOR`; any value but an empty one turns colours off.
    ///   - term: value of `TERM`; `dumb` has no colours.
    public init(isTerminal: Bool, noColor: String?, term: String?) {
        self = isTerminal && (noColor ?? "").isEmpty && term != "dumb" ? .ansi : .plain
    }

    public func paint(_ text: String, _ color: Color) -> String {
        switch self {
        case .plain: text
        case .ansi: "\u{1B}[\(color.rawValue)m\(text)\u{1B}[0m"
        }
    }
}
