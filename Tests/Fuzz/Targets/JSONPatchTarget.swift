import JSON
import ResourceAPI

/// Input: a document and a JSON patch. A patch that fails changes nothing; what one makes can be a body again.
func checkJSONPatch(_ input: [UInt8]) {
    let parts = InputParts.split(input, into: 2)
    guard let document = try? JSONValue(parsing: parts[0]), let json = try? JSONValue(parsing: parts[1]),
        let patch = try? JSONPatch(json: json)
    else { return }
    let before = document.encoded()
    let result = try? patch.applied(to: document)
    require(document.encoded() == before, "the document that is patched stays as it is")
    guard let result else { return }
    require(reparsed(result.encoded(), "patched") == result, "what a patch makes can be read again")
    require((try? patch.applied(to: document)) == result, "a patch makes the same of the same document")
    let test: JSONValue = [["op": "test", "path": "", "value": result]]
    require((try? JSONPatch(json: test).applied(to: result)) == result, "the result passes its own test")
}
