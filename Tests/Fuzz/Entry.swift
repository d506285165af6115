/// Runs one fuzz target under libFuzzer, which is linked in (`make fuzz`).
///
///     fuzz TARGET [libFuzzer's options and corpora]
///     fuzz --list
///     fuzz --seeds FROM TO      copies a corpus; files *.hex become the bytes that they spell
@main struct Entry {
    static func main() {
        let arguments = CommandLine.arguments.dropFirst()
        switch (arguments.first, arguments.count) {
        case ("--list", 1): for target in FuzzTarget.all { print(target.name) }
        case ("--seeds", 3): SeedCorpus.copy(from: CommandLine.arguments[2], to: CommandLine.arguments[3])
        case (let name?, _): FuzzTarget.select(name).run()
        default: fail("usage: fuzz TARGET [libFuzzer's arguments] | fuzz --list | fuzz --seeds FROM TO")
        }
    }
}
