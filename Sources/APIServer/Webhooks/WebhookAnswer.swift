import JSON

/// What a sender is told that has proved to be the sender.
struct WebhookAnswer: Sendable, Hashable {
    enum Outcome: String, Sendable, Hashable {
        /// The source looks at its repository; its `status.syncToken` will be the token.
        case accepted = "Accepted"
        /// Nothing was done, for the reason that is told.
        case ignored = "Ignored"
        /// This delivery came before; nothing was done.
        case repeated = "Repeated"
        case pong = "Pong"
    }

    let outcome: Outcome
    let message: String
    let token: String?

    var code: Int {
        switch outcome {
        case .accepted, .ignored: 202
        case .repeated, .pong: 200
        }
    }

    var json: JSONValue {
        var json: JSONValue = ["outcome": .string(outcome.rawValue), "message": .string(message)]
        if let token { json["token"] = .string(token) }
        return json
    }

    static func accepted(_ token: String) -> WebhookAnswer {
        WebhookAnswer(outcome: .accepted, message: "the source looks at its repository", token: token)
    }

    static func ignored(_ why: String) -> WebhookAnswer {
        WebhookAnswer(outcome: .ignored, message: why, token: nil)
    }

    static let repeated = WebhookAnswer(
        outcome: .repeated, message: "this delivery was taken before; nothing is done again", token: nil)
    static let pong = WebhookAnswer(outcome: .pong, message: "the signature is right", token: nil)
}
