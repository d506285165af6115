import JSON
import KubernetesProtobuf

/// What is decoded is a JSON value under the limits of every body, and not much larger than the message.
func checkProtobuf(_ input: [UInt8]) {
    // libFuzzer rarely keeps the four bytes that every body begins with; without them nothing happens.
    let magic: [UInt8] = [0x6B, 0x38, 0x73, 0x00]
    let body = input.starts(with: magic) ? input : magic + input
    do throws(ProtobufError) {
        let value = try ProtobufBody.decode(body)
        let text = value.encoded()
        require(reparsed(text, "decoded") == value, "what is decoded can be read again as JSON")
        require(value["kind"]?.stringValue?.isEmpty == false, "what is decoded has a kind")
        require(text.count <= 1024 + 64 * body.count, "\(body.count) bytes become no more than \(text.count)")
    } catch {
        require((0...body.count).contains(error.offset), "the error is inside the body: \(error.offset)")
        require(!error.message.isEmpty, "an error has a message")
    }
}
