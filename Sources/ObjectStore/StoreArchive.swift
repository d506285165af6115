/// Where a store keeps the changes that its history in memory has lost.
package protocol StoreArchive: Sendable {
    /// Throws `.compacted` unless `version` was issued and every later change is retained.
    func check(_ version: StoreVersion) async throws(StoreError)

    /// Changes in `scope` after `version` and up to `end`, at most `limit`; `reached` is the version up to which
    /// these are all. Throws `.compacted` when some of them are gone.
    func changes(
        in scope: StoreScope, after version: StoreVersion, through end: StoreVersion, limit: Int
    ) async throws(StoreError) -> (changes: [StoreChange], reached: StoreVersion)
}
