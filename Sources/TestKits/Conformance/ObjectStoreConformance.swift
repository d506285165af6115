public import Ambient
public import ObjectStore

/// The contract of ``VersionedStore`` as a suite, for every back end of it.
///
///     @Test(arguments: ObjectStoreConformance.cases)
///     func `the store keeps the contract`(_ test: ObjectStoreConformance.Case) async throws {
///         try await test.run { ObjectStoreConformance.Fixture(store: MyStore(), …) }
///     }
public enum ObjectStoreConformance {
    /// A new, empty store of the kind under test.
    public struct Fixture: Sendable {
        public let store: any VersionedStore
        public let time: any TimeSource
        /// A wait that should end and does not fails after this time on ``time``.
        public let deadline: Duration
        /// How many changes of its resource a watcher may be behind.
        public let watchBuffer: Int
        /// After how many versions a watcher without events gets a bookmark.
        public let bookmarkVersions: Int
        /// Makes the store forget its history up to a version.
        public let compact: @Sendable (StoreVersion) async throws -> Void
        /// Ends the store and removes what it left behind.
        public let close: @Sendable () async throws -> Void

        public init(
            store: any VersionedStore, time: any TimeSource, deadline: Duration = .seconds(20), watchBuffer: Int,
            bookmarkVersions: Int,
            compact: @escaping @Sendable (StoreVersion) async throws -> Void,
            close: @escaping @Sendable () async throws -> Void
        ) {
            self.store = store
            self.time = time
            self.deadline = deadline
            self.watchBuffer = watchBuffer
            self.bookmarkVersions = bookmarkVersions
            self.compact = compact
            self.close = close
        }
    }

    /// One sentence of the contract.
    public struct Case: Sendable, CustomStringConvertible {
        public let name: String
        let body: @Sendable (StoreProbe) async throws -> Void

        init(_ name: String, _ body: @escaping @Sendable (StoreProbe) async throws -> Void) {
            self.name = name
            self.body = body
        }

        public var description: String { name }

        /// Throws ``Failure`` when the store breaks the contract, and whatever the store threw.
        public func run(_ makeFixture: () async throws -> Fixture) async throws {
            let fixture = try await makeFixture()
            do {
                try await body(StoreProbe(fixture: fixture))
            } catch {
                try? await fixture.close()
                throw error
            }
            try await fixture.close()
        }
    }

    /// What the store did instead.
    public struct Failure: Error, Sendable, CustomStringConvertible {
        public let description: String
    }

    public static let cases: [Case] = commitCases + conditionCases + listCases + watchCases + slowWatchCases + raceCases
}
