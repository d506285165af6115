import Ambient
import Glibc
import JSON
import Logging

/// One line a record, on standard error: `time level message key=value …`, or JSON.
struct LineLogHandler: LogHandler {
    let label: String
    let format: LogFormat
    var metadata = Logger.Metadata()
    var logLevel = Logger.Level.info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }.sorted { $0.key < $1.key }
        let time = SystemTime().now.rfc3339Micro
        var line: String
        switch format {
        case .text:
            line = "\(time) \(event.level) \(event.message)"
            for (key, value) in all { line += " \(key)=\(quoted("\(value)"))" }
        case .json:
            var object: JSONValue = [
                "time": .string(time), "level": .string("\(event.level)"), "message": .string("\(event.message)"),
            ]
            for (key, value) in all { object[key] = .string("\(value)") }
            line = object.encodedString()
        }
        line += "\n"
        // One write, so that lines of several threads do not mix.
        let bytes = Array(line.utf8)
        _ = bytes.withUnsafeBytes { write(2, $0.baseAddress, $0.count) }
    }

    private func quoted(_ text: String) -> String {
        text.contains { $0 == " " || $0 == "\"" || $0.isNewline } ? JSONValue.string(text).encodedString() : text
    }
}
