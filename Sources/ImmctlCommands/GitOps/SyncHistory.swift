import Ambient
import InfraAPI
import JSON
import ResourceAPI

/// The syncs of a source that did something, or failed anew.
enum SyncHistory {
    /// The newest first; nil without any.
    static func table(_ records: some BidirectionalCollection<SyncRecord>, now: Timestamp) -> TextTable? {
        guard !records.isEmpty else { return nil }
        var table = TextTable("age", "commit", "outcome", "reason", "subject", "message")
        table.rows = records.reversed().map { record in
            [
                Age.text(since: record.at, now: now), CommitText.short(record.commit), record.outcome.rawValue,
                record.reason, CommitText.clipped(record.subject), record.message,
            ].map(\.singleLine)
        }
        return table
    }
}
