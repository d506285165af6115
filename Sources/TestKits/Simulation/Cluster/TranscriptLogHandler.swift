import Logging

/// Writes log lines to the transcript, with their metadata in order.
struct TranscriptLogHandler: LogHandler {
    let transcript: Transcript
    var logLevel = Logger.Level.debug
    var metadata: Logger.Metadata = [:]

    init(_ transcript: Transcript) { self.transcript = transcript }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
        let text = all.sorted { $0.key < $1.key }.map { " \($0.key)=\($0.value)" }.joined()
        transcript.note("\(event.level) \(event.message)\(text)")
    }
}
