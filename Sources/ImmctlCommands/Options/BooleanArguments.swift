/// Booleans and joined short options as kubectl's users write them, in the form that ArgumentParser reads.
///
/// Go's flags take `--watch`, `--watch=true` and `--watch=false` alike; ArgumentParser has flags without a value and
/// options with one.
enum BooleanArguments {
    /// Short options whose value may follow without a space: `-ojson`, `-nshop`. ArgumentParser would take the equals
    /// sign of `-ojsonpath=…` for its own.
    private static let joined = ["-o", "-n", "-l", "-L"]

    /// Flags without a value here.
    private static let flags = [
        "--all", "--all-namespaces", "--client", "--displace", "--follow", "--force-conflicts", "--ignore-not-found",
        "--list", "--no-headers", "--nowhere", "--orphaned", "--overwrite", "--quiet", "--recursive", "--resolve",
        "--retry", "--server-side", "--show-labels", "--stdin", "--timestamps", "--tty", "--with-data",
        "--without-agent", "--yes",
    ]

    /// Options with a value here: true unless they are turned off.
    private static func options(of arguments: [String]) -> [String] {
        let command = arguments.first { !$0.hasPrefix("-") }
        return switch command {
        case "delete": ["--wait"]
        case "rollout": ["--watch"]
        default: []
        }
    }

    static func normalized(_ arguments: [String]) -> [String] {
        let options = options(of: arguments)
        let flags = flags + ["--wait", "--watch"].filter { !options.contains($0) }
        var result: [String] = []
        for (index, argument) in arguments.enumerated() {
            if argument == "--" { return result + arguments[index...] }
            let next = index + 1 < arguments.count ? arguments[index + 1] : ""
            if let joined = BooleanArguments.joined.first(where: { argument.hasPrefix($0) }), argument.count > 2 {
                let value = argument.dropFirst(joined.count)
                result += [joined, String(value.first == "=" ? value.dropFirst() : value)]
            } else if options.contains(argument), Bool(next) == nil {
                result.append("\(argument)=true")
            } else if let flag = flags.first(where: { argument == "\($0)=true" }) {
                result.append(flag)
            } else if !flags.contains(where: { argument == "\($0)=false" }) {
                result.append(argument)
            }
        }
        return result
    }
}
