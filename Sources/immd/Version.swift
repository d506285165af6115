/// Of immd and immctl; a semantic version.
enum Version {
    static let text = "0.1.0"
}
