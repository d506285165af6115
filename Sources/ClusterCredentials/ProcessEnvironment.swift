import CShims

/// The variables of this process: what credential programs are given, as kubectl gives them its own.
public enum ProcessEnvironment {
    public static func all() -> [String: String] {
        var values: [String: String] = [:]
        guard var entry = imm_environment() else { return [:] }
        while let text = entry.pointee {
            let parts = String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            if parts.count == 2 { values[String(parts[0])] = String(parts[1]) }
            entry += 1
        }
        return values
    }
}
