import ClusterCredentials

/// The namespace where none is said: that of the kubeconfig's context, else `default`.
///
/// Known before a command runs, since names are resolved before a connection is made.
enum DefaultNamespace {
    @TaskLocal static var name = "default"

    /// - Parameter arguments: of the whole command line.
    static func find(_ arguments: [String], _ environment: Environment, _ program: Program) -> String {
        let address = try? ServerAddress.resolve(
            server: value(of: "--server", in: arguments), socket: value(of: "--socket", in: arguments),
            kubeconfig: value(of: "--kubeconfig", in: arguments), context: value(of: "--context", in: arguments),
            environment: environment, program: program)
        guard case .selected(let server)? = address?.location else { return "default" }
        return server.namespace ?? "default"
    }

    /// `--option VALUE` or `--option=VALUE`; what stands after `--` is no option.
    private static func value(of option: String, in arguments: [String]) -> String? {
        let arguments = arguments.prefix { $0 != "--" }
        for (index, argument) in arguments.enumerated() {
            if argument == option { return index + 1 < arguments.count ? arguments[index + 1] : nil }
            if argument.hasPrefix(option + "=") { return String(argument.dropFirst(option.count + 1)) }
        }
        return nil
    }
}
