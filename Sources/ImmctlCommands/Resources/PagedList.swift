import InfraAPI
import ResourceAPI

/// Lists in pages, so that no single answer of a large fleet is large.
enum PagedList {
    /// Calls `page` until the list is complete. A list whose version is compacted on the way is asked for in one piece.
    ///
    /// - Parameters:
    ///   - size: objects a page; 0 asks for everything at once.
    ///   - page: asks for one page; returns where the next one begins.
    ///   - restart: forgets the pages that were taken.
    static func collect(
        _ options: ListOptions, size: Int, restart: () -> Void,
        _ page: (ListOptions) async throws(APIStatus) -> String?
    ) async throws(APIStatus) {
        var options = options
        options.limit = size > 0 ? size : nil
        do throws(APIStatus) {
            repeat {
                options.continuation = try await page(options)
            } while options.continuation != nil
        } catch {
            guard error.isExpired, options.continuation != nil else { throw error }
            restart()
            options.limit = nil
            options.continuation = nil
            _ = try await page(options)
        }
    }
}
