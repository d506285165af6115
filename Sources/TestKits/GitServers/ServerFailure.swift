/// Why a server or a repository of a test could not be made.
public struct ServerFailure: Error, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }
}
