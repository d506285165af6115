import ObjectStore
@testable import ResourceAPI

/// The `continue` token of a list, which a client may have made up.
func checkListToken(_ input: [UInt8]) {
    guard let text = String(validating: input, as: UTF8.self),
        let continuation = try? ListToken.decode(text, resource: "imm.dev/instances")
    else { return }
    let again = try? ListToken.decode(ListToken.encode(continuation), resource: "imm.dev/instances")
    require(again?.version == continuation.version, "a token keeps its version")
    require(again?.after == continuation.after, "a token keeps its place")
}
