import GRDB
import ObjectStore

/// The database file with its one writer and its few readers.
struct StoreConnection: Sendable {
    private let pool: DatabasePool

    /// Opens the database, made if missing, and brings its schema up to date.
    init(_ path: String, maximumBytes: Int?) throws(StoreError) {
        do {
            var configuration = Configuration()
            configuration.label = "store"
            configuration.maximumReaderCount = 2
            // SQLite makes its other files with the mode of this one.
            try PrivateFile.create(path)
            pool = try DatabasePool(path: path, configuration: configuration)
            try pool.writeWithoutTransaction { db in
                // Only here: the pool resets it to NORMAL after the configuration's own preparation.
                try db.execute(sql: "PRAGMA synchronous = FULL")
                // After a burst the log shrinks again.
                try db.execute(sql: "PRAGMA journal_size_limit = 16777216")
                try StoreSchema.migrate(db)
                if let maximumBytes {
                    let pageSize = try Int.fetchOne(db, sql: "PRAGMA page_size") ?? 4096
                    try db.execute(sql: "PRAGMA max_page_count = \(max(1, maximumBytes / pageSize))")
                }
            }
        } catch {
            throw StoreError(storage: error, "cannot open \(path)")
        }
    }

    /// Runs `body` on the writer, outside of the calling task: a cancelled task must not undo what other tasks wrote.
    func write<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws(StoreError) -> Result {
        let result: Swift.Result<Result, StoreError> = await withCheckedContinuation { continuation in
            pool.asyncWriteWithoutTransaction { db in
                do {
                    var result: Result?
                    try db.inTransaction(.immediate) {
                        result = try body(db)
                        return .commit
                    }
                    guard let result else { throw StoreError(.storage, "the transaction did not run") }
                    continuation.resume(returning: .success(result))
                } catch {
                    continuation.resume(returning: .failure(StoreError(storage: error, "cannot write")))
                }
            }
        }
        return try result.get()
    }

    /// Runs `body` on one snapshot.
    func read<Result: Sendable>(
        _ body: @escaping @Sendable (Database) throws -> Result
    ) async throws(StoreError) -> Result {
        let result: Swift.Result<Result, StoreError> = await withCheckedContinuation { continuation in
            pool.asyncRead { db in
                do {
                    continuation.resume(returning: .success(try body(try db.get())))
                } catch {
                    continuation.resume(returning: .failure(StoreError(storage: error, "cannot read")))
                }
            }
        }
        return try result.get()
    }

    /// Runs `body` on the writer while the store is being opened.
    func prepare<Result>(_ body: (Database) throws -> Result) throws(StoreError) -> Result {
        do {
            return try pool.writeWithoutTransaction(body)
        } catch {
            throw StoreError(storage: error, "cannot open \(pool.path)")
        }
    }

    /// Frees the caches of all connections.
    func releaseMemory() { pool.releaseMemory() }

    func close() throws(StoreError) {
        do {
            try pool.close()
        } catch {
            throw StoreError(storage: error, "cannot close \(pool.path)")
        }
    }
}

extension StoreError {
    /// `error`, if it is ours; else what SQLite said, as `.storage`.
    init(storage error: any Error, _ what: String) {
        if let error = error as? StoreError {
            self = error
            return
        }
        let database = error as? DatabaseError
        let hint =
            switch database?.resultCode {
            case .SQLITE_FULL: " (make room: nothing was changed, and reads go on)"
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: " (restore a backup)"
            default: ""
            }
        let text = database.map { "\($0.message ?? "no message") [SQLite \($0.extendedResultCode.rawValue)]" }
        self.init(.storage, "\(what): \(text ?? String(describing: error))\(hint)")
    }
}
