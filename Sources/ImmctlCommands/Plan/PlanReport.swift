import JSON

/// The server's plan for one set, as it answers.
struct PlanReport: Sendable, Hashable {
    struct Step: Sendable, Hashable {
        /// nil: the set as a whole.
        var slot: Int?
        /// `Launch`, `Create`, `Retire`, …
        var action: String
        var instance: String?
        var reason: String
        var message: String
    }

    struct Wait: Sendable, Hashable {
        var slot: Int?
        var reason: String
        var message: String
    }

    /// `namespace/name`
    var set: String
    var steps: [Step]
    var waits: [Wait]
    var messages: [String]

    /// - Throws: when the answer is no plan.
    init(json: JSONValue) throws(CommandFailure) {
        guard let set = json["set"]?.stringValue, let steps = json["steps"]?.arrayValue else {
            throw CommandFailure(.failed, "the server's answer is no plan: it lacks \"set\" and \"steps\"")
        }
        self.set = set
        self.steps = steps.map { step in
            Step(
                slot: step["slot"]?.intValue.map(Int.init(clamping:)), action: step["action"]?.stringValue ?? "",
                instance: step["instance"]?.stringValue.flatMap { $0.isEmpty ? nil : $0 },
                reason: step["reason"]?.stringValue ?? "", message: step["message"]?.stringValue ?? "")
        }
        waits = (json["waits"]?.arrayValue ?? []).map { wait in
            Wait(
                slot: wait["slot"]?.intValue.map(Int.init(clamping:)), reason: wait["reason"]?.stringValue ?? "",
                message: wait["message"]?.stringValue ?? "")
        }
        messages = (json["messages"]?.arrayValue ?? []).compactMap(\.stringValue)
    }

    /// Whether anything is to be done, now or after a wait.
    var hasChanges: Bool { !steps.isEmpty || !waits.isEmpty }
}
