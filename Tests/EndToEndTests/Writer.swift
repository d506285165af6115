import InfraAPI
import Testing

/// The one writer of a volume, and what can be read from its log afterwards.
enum Writer {
    /// Leaves /data/VIOLATION and ends with 9 when another instance of the same or a later epoch holds the volume, or
    /// when somebody takes it while it runs. Every line of /data/log is `epoch instance number version`; the numbers go
    /// on where the last writer ended, so that a lost or blank volume shows.
    static let script = """
        #!/bin/sh
        trap 'exit 0' TERM
        violation() { echo "$1: $epoch $instance met by $IMM_EPOCH $IMM_INSTANCE" >>/data/VIOLATION; sync -d /data; exit 9; }
        version=$(cat /VERSION)
        if [ -f /data/lock ]; then
          read -r epoch instance </data/lock
          if [ "$instance" != "$IMM_INSTANCE" ] && [ "$epoch" -ge "$IMM_EPOCH" ]; then violation start; fi
        fi
        echo "$IMM_EPOCH $IMM_INSTANCE" >/data/lock.new && sync -d /data/lock.new && mv /data/lock.new /data/lock
        number=0
        if [ -s /data/log ]; then number=$(tail -n 1 /data/log | cut -d' ' -f3); fi
        while :; do
          read -r epoch instance </data/lock
          if [ "$epoch $instance" != "$IMM_EPOCH $IMM_INSTANCE" ]; then violation append; fi
          number=$((number + 1))
          echo "$IMM_EPOCH $IMM_INSTANCE $number $version $ROUND" >>/data/log
          sync -d /data/log
          sleep 0.05
        done

        """

    struct Line: Equatable {
        let epoch: Int
        let instance: String
        let number: Int
        let version: String
    }

    /// Reads a log; a line that is none is nil.
    static func lines(_ log: String) -> [Line?] {
        log.split(separator: "\n").map { line in
            let words = line.split(separator: " ")
            guard words.count >= 4, let epoch = Int(words[0]), let number = Int(words[2]) else { return nil }
            return Line(epoch: epoch, instance: String(words[1]), number: number, version: String(words[3]))
        }
    }
}

extension Bed {
    /// Checks that a volume's log has no gap, that epochs only grow, and that each had one writer; returns its lines.
    @discardableResult
    func checkLog(
        of volume: Volume, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> [Writer.Line] {
        let violation = try await file("VIOLATION", on: volume)
        #expect(violation == nil, "\(volume.name) had two writers", sourceLocation: sourceLocation)
        let text = try await file("log", on: volume) ?? ""
        let all = Writer.lines(text)
        let lines = all.compactMap { $0 }
        #expect(lines.count == all.count, "\(volume.name) has a line that is none", sourceLocation: sourceLocation)
        #expect(!lines.isEmpty, "\(volume.name) was never written", sourceLocation: sourceLocation)
        #expect(
            lines.map(\.number) == Array(lines.indices.map { $0 + 1 }), "\(volume.name) lost lines",
            sourceLocation: sourceLocation)
        for (before, after) in zip(lines, lines.dropFirst()) where before.instance != after.instance {
            #expect(
                before.epoch < after.epoch, "\(volume.name): \(before), then \(after)", sourceLocation: sourceLocation)
        }
        return lines
    }
}
