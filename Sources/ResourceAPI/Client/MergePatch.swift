public import JSON

extension JSONValue {
    /// This value with a JSON merge patch applied (RFC 7386): null removes a member, objects merge, all else replaces.
    public func mergePatched(with patch: JSONValue) -> JSONValue {
        guard case .object(let changes) = patch else { return patch }
        var result = objectValue ?? JSONObject()
        for change in changes {
            if change.value.isNull {
                result[change.key] = nil
            } else {
                result[change.key] = (result[change.key] ?? .null).mergePatched(with: change.value)
            }
        }
        return .object(result)
    }
}
