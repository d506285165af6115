/// The words of a command line, as `EDITOR` or a diff program is given: white space separates, quotes of both kinds keep
/// together. Nothing else has a meaning: no shell ever sees the text.
enum CommandWords {
    /// nil when a quote is not closed.
    static func split(_ text: String) -> [String]? {
        var words: [String] = []
        var word: String?
        var quote: Character?
        for character in text {
            if let open = quote {
                if character == open { quote = nil } else { word = (word ?? "") + String(character) }
            } else if character == "\"" || character == "'" {
                quote = character
                word = word ?? ""
            } else if character.isWhitespace {
                if let finished = word { words.append(finished) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        if let finished = word { words.append(finished) }
        return quote == nil ? words : nil
    }
}
