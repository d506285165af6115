import JSON
import ResourceAPI

/// Input: a document and a merge patch. Patching twice is patching once (RFC 7386 says for each member what it becomes).
func checkMergePatch(_ input: [UInt8]) {
    let parts = InputParts.split(input, into: 2)
    guard let document = try? JSONValue(parsing: parts[0]), let patch = try? JSONValue(parsing: parts[1]) else {
        return
    }
    let result = document.mergePatched(with: patch)
    require(reparsed(result.encoded(), "patched") == result, "what a patch makes can be read again")
    require(result.mergePatched(with: patch) == result, "patching twice is patching once")
    for change in patch.objectValue ?? JSONObject() {
        require((result[change.key] == nil) == change.value.isNull, "null removes, everything else stays")
    }
}
