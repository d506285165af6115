import Ambient
import ClusterCredentials
import ImmctlCommands

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

@main
struct Entry {
    static func main() async {
        let environment = Environment.system()
        let invocation = Invocation(
            program: Program(startedAs: CommandLine.arguments.first ?? ""), console: .system(environment: environment),
            streams: .system, environment: environment, surroundings: .system,
            connect: { address in .http(address, environment: ProcessEnvironment.all(), .system) })
        exit(await Immctl.execute(Array(CommandLine.arguments.dropFirst()), in: invocation).rawValue)
    }
}
