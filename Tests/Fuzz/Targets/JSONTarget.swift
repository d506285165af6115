import JSON

/// What is read is written in four forms that read back as the same value; what is refused is refused at a place inside.
func checkJSON(_ input: [UInt8]) {
    let value: JSONValue
    do throws(JSONError) {
        value = try JSONValue(parsing: input)
    } catch {
        require((0...input.count).contains(error.offset), "the error is inside the text: \(error.offset)")
        require(error.line >= 1 && error.column >= 1 && !error.message.isEmpty, "the error has a place and a message")
        return
    }
    let encoded = value.encoded()
    for (form, text) in [
        ("encoded", encoded), ("canonical", value.canonicalBytes()), ("pretty", Array(value.prettyString().utf8)),
    ] {
        let again = reparsed(text, form)
        require(again == value, "the \(form) form reads back as the same value")
        require(again.canonicalBytes() == value.canonicalBytes(), "the \(form) form keeps the canonical form")
        require(again.hashValue == value.hashValue, "equal values have equal hashes")
    }
    require(reparsed(encoded, "encoded").encoded() == encoded, "the encoded form is stable")
}

/// A text that we wrote: under the limits of every body that we accept.
func reparsed(_ text: [UInt8], _ form: String) -> JSONValue {
    do throws(JSONError) {
        return try JSONValue(parsing: text)
    } catch {
        require(false, "the \(form) form can be read again: \(error)")
        return .null
    }
}
