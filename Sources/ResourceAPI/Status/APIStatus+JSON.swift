public import JSON

extension APIStatus {
    /// The `v1` Status object, as it goes over the wire.
    public var json: JSONValue {
        var details = JSONObject()
        details["name"] = name.map(JSONValue.string)
        if let group, !group.isEmpty { details["group"] = .string(group) }
        details["kind"] = kind.map(JSONValue.string)
        details["uid"] = uid.map(JSONValue.string)
        details["retryAfterSeconds"] = retryAfterSeconds.map { .int(Int64($0)) }
        if !causes.isEmpty { details["causes"] = .array(causes.map(\.json)) }
        var status = JSONObject([
            ("apiVersion", "v1"), ("kind", "Status"), ("metadata", .object(JSONObject())), ("status", "Failure"),
            ("message", .string(message)), ("code", .int(Int64(code))),
        ])
        if reason != .unknown { status["reason"] = .string(reason.rawValue) }
        if !details.isEmpty { status["details"] = .object(details) }
        return .object(status)
    }

    /// Reads a `v1` Status; nil when `json` is none. A reason that we do not know becomes `.unknown`.
    public init?(json: JSONValue) {
        guard json["kind"]?.stringValue == "Status", let code = json["code"]?.intValue else { return nil }
        let details = json["details"]
        self.init(
            code: Int(clamping: code), reason: json["reason"]?.stringValue.flatMap(Reason.init(rawValue:)) ?? .unknown,
            message: json["message"]?.stringValue ?? "", group: details?["group"]?.stringValue,
            kind: details?["kind"]?.stringValue, name: details?["name"]?.stringValue,
            causes: (details?["causes"]?.arrayValue ?? []).map(Cause.init(json:)))
        uid = details?["uid"]?.stringValue
        retryAfterSeconds = details?["retryAfterSeconds"]?.intValue.map(Int.init(clamping:))
    }
}

extension APIStatus.Cause {
    fileprivate var json: JSONValue {
        var cause = JSONObject([("reason", .string(reason)), ("message", .string(message))])
        if !field.isEmpty { cause["field"] = .string(field) }
        return .object(cause)
    }

    fileprivate init(json: JSONValue) {
        self.init(
            reason: json["reason"]?.stringValue ?? "", message: json["message"]?.stringValue ?? "",
            field: json["field"]?.stringValue ?? "")
    }
}
