import Glibc
import InfraAPI

/// Remembers what was acknowledged on each volume, so that nothing of it can be lost without being missed.
struct VolumeLedger {
    /// uid of the volume -> its log as it was read last, up to the last line that was whole.
    private var logs: [String: String] = [:]

    /// All lines that are known.
    var lineCount: Int { logs.values.reduce(0) { $0 + $1.utf8.count { $0 == UInt8(ascii: "\n") } } }

    /// Reads a volume's log in its folder, and says what is wrong with it.
    mutating func check(_ volume: Volume, folder: String) -> [String] {
        let name = volume.name
        if let mark = try? readText(folder + "/VIOLATION") { return ["\(name) had two writers: \(mark)"] }
        guard access(folder, F_OK) == 0 else { return ["\(name) has lost its data: \(folder) is gone"] }
        // The last line may be in the making.
        let text = (try? readText(folder + "/log")) ?? ""
        let whole =
            String(text.utf8.prefix(through: text.utf8.lastIndex(of: UInt8(ascii: "\n")) ?? text.utf8.startIndex)) ?? ""
        let known = logs[volume.uid] ?? ""
        guard whole.utf8.starts(with: known.utf8) else {
            return [
                "\(name) has lost lines that were written: \(known.lastLines(2)) was there, now \(whole.lastLines(2))"
            ]
        }
        logs[volume.uid] = whole
        return VolumeLedger.flaws(Writer.lines(whole)).map { "\(name): \($0)" }
    }

    /// Gaps in the numbers, writers that come back, and epochs that do not grow.
    static func flaws(_ lines: [Writer.Line?]) -> [String] {
        var flaws: [String] = []
        var (epoch, writer, ended) = (0, "", Set<String>())
        for (index, line) in lines.enumerated() {
            guard let line else {
                flaws.append("line \(index + 1) is none")
                continue
            }
            if line.number != index + 1 { flaws.append("line \(index + 1) has the number \(line.number)") }
            guard line.instance != writer else { continue }
            if line.epoch <= epoch { flaws.append("\(line.instance) of epoch \(line.epoch) follows epoch \(epoch)") }
            if ended.contains(line.instance) { flaws.append("\(line.instance) writes again") }
            ended.insert(writer)
            (epoch, writer) = (line.epoch, line.instance)
        }
        return Array(flaws.prefix(5))
    }
}
