/// As what this program was started.
public enum Program: Sendable, Hashable {
    case immctl
    /// `kubectl imm …`: kubectl starts the first `kubectl-imm` in `PATH`.
    case kubectlPlugin
    /// `kubectl imm …` is being completed: kubectl starts the first `kubectl_complete-imm` in `PATH`.
    case kubectlCompletion

    /// - Parameter path: the first word of the process's command line.
    public init(startedAs path: String) {
        switch path.split(separator: "/").last {
        case "kubectl-imm": self = .kubectlPlugin
        case "kubectl_complete-imm": self = .kubectlCompletion
        default: self = .immctl
        }
    }

    /// What people type to start it.
    var words: String { self == .immctl ? "immctl" : "kubectl imm" }

    /// A text that names commands (`immctl get`), with the words that people type in their place.
    func naming(_ text: String) -> String {
        guard self != .immctl else { return text }
        var result = ""
        var rest = text[...]
        while let range = rest.firstRange(of: "immctl") {
            result += rest[..<range.lowerBound]
            let before = range.lowerBound == text.startIndex ? nil : text[text.index(before: range.lowerBound)]
            let after = range.upperBound == text.endIndex ? nil : text[range.upperBound]
            // Not in file names and addresses.
            let isWord = [before, after].allSatisfy { $0.map { $0.isWhitespace || "`'\"".contains($0) } ?? true }
            result += isWord ? words : "immctl"
            rest = rest[range.upperBound...]
        }
        return result + rest
    }
}
