import JSON

extension JSONValue {
    /// The JSON merge patch (RFC 7386) that makes `target` of this value; an empty object when they are equal.
    ///
    /// - Precondition: `target` holds no null, which a merge patch cannot say.
    func mergePatch(to target: JSONValue) -> JSONValue {
        guard case .object(let old) = self, case .object(let new) = target else { return target }
        var patch = JSONObject()
        for member in old where new[member.key] == nil { patch[member.key] = .null }
        for member in new {
            guard let before = old[member.key] else {
                patch[member.key] = member.value
                continue
            }
            if before != member.value { patch[member.key] = before.mergePatch(to: member.value) }
        }
        return .object(patch)
    }
}
