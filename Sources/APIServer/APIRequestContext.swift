import Hummingbird
import NIOCore

/// What the handler of one request needs of its connection, and who asks.
struct APIRequestContext: InitializableFromSource {
    let channel: any Channel
    /// nil: nobody that the server knows, who may read health and version alone.
    var caller: Caller?

    init(source: ApplicationRequestContextSource) {
        channel = source.channel
    }
}
