import Hummingbird
import NIOCore

/// What the handler of one request needs of its connection.
struct APIRequestContext: InitializableFromSource {
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        channel = source.channel
    }
}
