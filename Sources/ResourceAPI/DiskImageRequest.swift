/// What can be asked of the disk images that a Provider holds (`providers/NAME/images`). A file comes in pieces, so that no request is
/// long and a broken one costs one piece.
public enum DiskImageRequest: Sendable, Hashable {
    /// The largest piece, in bytes.
    public static let pieceLimit = 1 << 20

    /// `GET`: `{"items": […]}`
    case list
    /// `GET ?image=`: a digest or a name.
    case inspect(String)
    /// `POST ?verify=`: computes the digest again.
    case verify(String)
    /// `DELETE ?image=`
    case remove(String)
    /// `POST`: `{"upload": ID}`
    case begin
    /// `PUT ?upload=&offset=`: the next bytes of the file.
    case append(upload: String, offset: Int, bytes: [UInt8])
    /// `POST ?upload=&name=&digest=&agent=`: the image, checked and kept.
    case finish(upload: String, name: String?, digest: String?, hasAgent: Bool)
}
