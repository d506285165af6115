/// `/hooks/NAMESPACE/NAME`: where a GitSource hears of pushes.
///
/// The one path that takes a request from somebody whom the server does not know: what lets it in is its signature.
struct WebhookPath: Sendable, Hashable {
    static let prefix = "hooks"

    let namespace: String
    let name: String

    /// nil when the path is another one.
    init?(_ segments: [String]) {
        guard segments.count == 3, segments[0] == WebhookPath.prefix else { return nil }
        (namespace, name) = (segments[1], segments[2])
    }
}
