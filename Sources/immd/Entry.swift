import Ambient
import ArgumentParser
import ClusterCredentials
import Glibc
import ImmctlCommands

/// One program under several names: where it is started as immctl, or as a plug-in of kubectl, it is that. An image needs the
/// code of both but once.
@main
struct Entry {
    static func main() async {
        let path = CommandLine.arguments.first ?? ""
        let name = path.split(separator: "/").last ?? ""
        guard name == "immctl" || name.hasPrefix("kubectl") else {
            await ImmdCommand.main()
            return
        }
        let environment = ImmctlCommands.Environment.system()
        let invocation = Invocation(
            program: Program(startedAs: path), console: .system(environment: environment), streams: .system,
            environment: environment, surroundings: .system,
            connect: { address in .http(address, environment: ProcessEnvironment.all(), .system) })
        exit(await Immctl.execute(Array(CommandLine.arguments.dropFirst()), in: invocation).rawValue)
    }
}
